#include "guest/tree/tree_update.hpp"

#include "guest/tree/open_below.hpp"
#include "guest/tree/tree_walk.hpp"

#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace retouch::guest {

namespace {

bool is_directory(const TreeEntry &entry) {
    return entry.info.type == FileInfo::Type::directory;
}

/// True when nothing that is known of what is below `former` can be relied upon, or needs another
/// word on who can reach it.
bool is_another_directory(const TreeEntry *former, const TreeEntry &now) {
    return former == nullptr || !is_directory(*former) || former->device != now.device ||
           former->inode != now.inode || ((former->info.mode ^ now.info.mode) & 0001) != 0;
}

/// What a path is said to be when one of the directories before it is none any more.
bool is_gone(int code) {
    return code == ENOENT || code == ENOTDIR || code == ELOOP;
}

class OpenDirectory {
  public:
    OpenDirectory(int root, std::string_view path, int flags)
        : fd_(open_below(root, path.size() > 1 ? path.substr(1) : ".", flags | O_DIRECTORY)) {}

    ~OpenDirectory() {
        if (fd_ >= 0)
            close(fd_);
    }

    OpenDirectory(const OpenDirectory &) = delete;
    OpenDirectory &operator=(const OpenDirectory &) = delete;

    [[nodiscard]] int fd() const { return fd_; }

  private:
    int fd_;
};

} // namespace

LookFailure TreeUpdate::look(const std::vector<std::string> &paths,
                             const std::vector<std::string> &whole) {
    whole_.insert(whole.begin(), whole.end());
    left_.insert(whole.begin(), whole.end());
    left_.insert(paths.begin(), paths.end());
    while (!left_.empty()) {
        tools_.pause();
        const std::string path = left_.extract(left_.begin()).value();
        if (LookFailure failure = look_at_path(path))
            return failure;
    }
    return {};
}

LookFailure TreeUpdate::look_at_path(const std::string &path) {
    const std::size_t slash = path.rfind('/');
    const std::string parent_path = path.substr(0, slash == 0 ? 1 : slash);
    const std::string name = path.size() > 1 ? path.substr(slash + 1) : ".";
    const OpenDirectory parent(root_, parent_path, O_PATH);
    if (parent.fd() < 0 && !is_gone(errno))
        return {parent_path, errno};
    TreeEntry entry;
    entry.path = path;
    LookFailure failure{path, ENOENT};
    const TreeEntry *former = index_.find(path);
    if (parent.fd() >= 0)
        failure =
            look_at(parent.fd(), name.c_str(), index_.is_reachable(path), tools_, former, entry);
    if (failure && !is_gone(failure.code))
        return failure;
    const bool is_there = !failure;
    const bool whole = is_there && is_directory(entry) &&
                       (whole_.count(path) > 0 || is_another_directory(former, entry));
    if (former != nullptr && !is_directory(*former))
        touch_names(*former);
    const bool keeps_what_is_below = is_there && is_directory(entry) && !whole;
    remember(keeps_what_is_below ? index_.take_one(path) : index_.take(path));
    if (!is_there)
        return {};
    const TreeEntry &now = index_.put(std::move(entry));
    former_.emplace(path, std::nullopt);
    if (!is_directory(now))
        touch_names(now);
    return whole ? walk(parent.fd(), name.c_str(), now) : LookFailure{};
}

/// Looks at all that is below.
LookFailure TreeUpdate::walk(int parent, const char *name, const TreeEntry &directory) {
    const int own = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (own < 0)
        return {directory.path, errno};
    Tree below;
    LookFailure failure;

    struct stat above {};

    const bool is_mount_point =
        directory.path != "/" && (fstat(parent, &above) != 0 || above.st_dev != directory.device);
    if (!is_mount_point || !is_made_up(own))
        failure = walk_below(own, directory.path,
                             index_.is_reachable(directory.path) &&
                                 (directory.path == "/" || (directory.info.mode & 0001) != 0),
                             tools_, below);
    close(own);
    for (TreeEntry &entry : below.entries) {
        left_.erase(entry.path);
        const auto former = former_.emplace(entry.path, std::nullopt).first;
        if (former->second && is_untouched(*former->second, entry))
            entry.sha256 = former->second->sha256;
        index_.put(std::move(entry));
    }
    return failure;
}

/// As it was before the first look at it.
void TreeUpdate::remember(std::vector<TreeEntry> entries) {
    for (TreeEntry &entry : entries) {
        std::string path = entry.path;
        former_.emplace(std::move(path), std::move(entry));
    }
}

/// What happens to a file is seen at all its names, and told of one.
void TreeUpdate::touch_names(const TreeEntry &file) {
    if (!touched_.emplace(file.device, file.inode).second)
        return;
    for (const std::string_view name : index_.names_of(file.device, file.inode))
        if (std::string other(name); other != file.path && former_.find(other) == former_.end())
            left_.insert(std::move(other));
}

std::vector<TreeUpdate::Pair> TreeUpdate::take_former() {
    std::vector<Pair> pairs;
    for (auto &[path, before] : former_)
        pairs.push_back({path, std::move(before)});
    former_.clear();
    return pairs;
}

} // namespace retouch::guest
