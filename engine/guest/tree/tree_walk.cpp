// Depth first, names sorted. A tree of a distribution has some ten thousand entries, and most time
// goes into fstatat: extended attributes are asked for only where an inode changed.

#include "guest/tree/tree_walk.hpp"

#include "guest/tree/extended_attributes.hpp"
#include "guest/tree/read_ahead.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <memory>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace retouch {

namespace {

/// One descriptor is open per level.
constexpr int k_deepest = 800;
constexpr std::size_t k_most_entries = 5'000'000;
constexpr std::size_t k_entries_between_pauses = 4096;
constexpr std::int64_t k_second = 1'000'000'000;

using Directory = std::unique_ptr<DIR, int (*)(DIR *)>;

std::int64_t nanoseconds(const timespec &time) {
    return static_cast<std::int64_t>(time.tv_sec) * k_second + time.tv_nsec;
}

FileInfo::Type type_of(mode_t mode) {
    return S_ISREG(mode)   ? FileInfo::Type::regular
           : S_ISDIR(mode) ? FileInfo::Type::directory
           : S_ISLNK(mode) ? FileInfo::Type::symlink
                           : FileInfo::Type::other;
}

TreeEntry to_entry(const struct stat &status) {
    TreeEntry entry;
    entry.info.type = type_of(status.st_mode);
    entry.info.mode = status.st_mode & 07777;
    entry.info.uid = status.st_uid;
    entry.info.gid = status.st_gid;
    if (S_ISREG(status.st_mode))
        entry.info.size = static_cast<std::uint64_t>(status.st_size);
    entry.device = status.st_dev;
    entry.inode = status.st_ino;
    entry.modified = nanoseconds(status.st_mtim);
    entry.changed = nanoseconds(status.st_ctim);
    return entry;
}

std::string special_kind(const struct stat &status) {
    const auto device = [&status](const char *kind) {
        return std::string(kind) + " device " + std::to_string(major(status.st_rdev)) + ":" +
               std::to_string(minor(status.st_rdev));
    };
    return S_ISCHR(status.st_mode)    ? device("character")
           : S_ISBLK(status.st_mode)  ? device("block")
           : S_ISFIFO(status.st_mode) ? "fifo"
           : S_ISSOCK(status.st_mode) ? "socket"
                                      : "unknown";
}

/// Without "." and "..", sorted. False with errno when it cannot be read.
bool read_names(DIR *directory, std::vector<std::string> &names) {
    errno = 0;
    while (const dirent *entry = readdir(directory))
        if (std::string name = entry->d_name; name != "." && name != "..")
            names.push_back(std::move(name));
    if (errno != 0)
        return false;
    std::sort(names.begin(), names.end());
    return true;
}

/// The calling thread's, put back at the end.
class WorkingDirectory {
  public:
    WorkingDirectory() : former_(open(".", O_PATH | O_DIRECTORY | O_CLOEXEC)) {}

    ~WorkingDirectory() {
        const bool back = fchdir(former_) == 0 || chdir("/") == 0;
        static_cast<void>(back);
        close(former_);
    }

    WorkingDirectory(const WorkingDirectory &) = delete;
    WorkingDirectory &operator=(const WorkingDirectory &) = delete;

    /// False with errno when it cannot be entered.
    [[nodiscard]] bool enter(int directory) {
        if (directory != present_ && fchdir(directory) != 0)
            return false;
        present_ = directory;
        return true;
    }

    /// The descriptor of the present one is closed, and its number may come back.
    void forget() { present_ = -1; }

  private:
    int former_;
    int present_ = -1;
};

class Walk {
  public:
    Walk(const Tree &former, const TreeTools &tools, Tree &tree)
        : former_(former.entries), tools_(tools), tree_(tree) {}

    LookFailure begin(int root) {
        struct stat status {};

        if (fstat(root, &status) != 0)
            return {"/", errno};
        enter(root, ".", "/", status, true);
        return failure_;
    }

  private:
    [[nodiscard]] bool fail(const std::string &path, int code) {
        failure_ = {path, code};
        return false;
    }

    /// Notes the entry and what is below it. False after a failure.
    bool enter(int parent, const char *name, const std::string &path, const struct stat &status,
               bool reachable) {
        if (tree_.entries.size() == k_most_entries)
            return fail(path, EOVERFLOW);
        if (tree_.entries.size() % k_entries_between_pauses == 0)
            tools_.pause();
        TreeEntry entry = to_entry(status);
        entry.path = path;
        entry.secret = !reachable || (entry.info.mode & 0004) == 0;
        if (!describe(entry, parent, name, status))
            return fail(path, errno);
        tree_.entries.push_back(std::move(entry));
        if (!S_ISDIR(status.st_mode))
            return true;
        return descend(parent, name, path, status, reachable && (status.st_mode & 0001) != 0);
    }

    bool descend(int parent, const char *name, const std::string &path, const struct stat &status,
                 bool reachable) {
        const int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        const Directory directory(fd < 0 ? nullptr : fdopendir(fd), &closedir);
        std::vector<std::string> names;
        if (!directory)
            return fail(path, errno);
        if (status.st_dev != device_ && is_made_up(fd))
            return true;
        if (!read_names(directory.get(), names))
            return fail(path, errno);
        if (++depth_ > k_deepest)
            return fail(path, ENAMETOOLONG);
        const dev_t outer = device_;
        device_ = status.st_dev;
        const std::string front = path == "/" ? path : path + "/";
        for (const std::string &inside : names) {
            struct stat found {};

            if (fstatat(fd, inside.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0)
                return fail(front + inside, errno);
            if (!enter(fd, inside.c_str(), front + inside, found, reachable))
                return false;
        }
        device_ = outer;
        --depth_;
        working_directory_.forget();
        return true;
    }

    /// What stat does not tell. False with errno when it cannot be read.
    bool describe(TreeEntry &entry, int parent, const char *name, const struct stat &status) {
        while (next_ < former_.size() && in_tree_order(former_[next_].path, entry.path))
            ++next_;
        const bool known = next_ < former_.size() && former_[next_].path == entry.path &&
                           is_untouched(former_[next_], entry);
        if (known) {
            entry.target = former_[next_].target;
            entry.attributes = former_[next_].attributes;
            entry.sha256 = former_[next_].sha256;
            return true;
        }
        if (S_ISLNK(status.st_mode)) {
            std::array<char, PATH_MAX> target; // filled before it is read
            const ssize_t size = readlinkat(parent, name, target.data(), target.size());
            if (size < 0)
                return false;
            entry.target.assign(target.data(), static_cast<std::size_t>(size));
        } else if (entry.info.type == FileInfo::Type::other) {
            entry.target = special_kind(status);
        }
        return working_directory_.enter(parent) && read_attributes(name, tools_, entry.attributes);
    }

    const std::vector<TreeEntry> &former_;
    const TreeTools &tools_;
    Tree &tree_;
    std::size_t next_ = 0; ///< the first of former_ that is not before the present path
    dev_t device_ = 0;     ///< of the directory the walk is in
    int depth_ = 0;
    WorkingDirectory working_directory_;
    LookFailure failure_;
};

std::int64_t coarse_now() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return nanoseconds(now);
}

/// Filesystems note times in ticks of the kernel, some in whole seconds: a change in the tick of
/// the last look would go unseen.
void outwait_the_tick(const Tree &tree) {
    std::int64_t seen = coarse_now();
    const std::int64_t second = seen - seen % k_second;
    const auto is_fresh = [second](const TreeEntry &entry) { return entry.changed == second; };
    if (std::any_of(tree.entries.begin(), tree.entries.end(), is_fresh))
        seen = second + k_second - 1;
    for (int tries = 0; tries < 1100 && coarse_now() <= seen; ++tries) {
        constexpr timespec millisecond{0, 1'000'000};
        nanosleep(&millisecond, nullptr);
    }
}

} // namespace

bool is_made_up(int directory) {
    struct statfs status {};

    constexpr std::array<unsigned long, 6> magics = {PROC_SUPER_MAGIC,    SYSFS_MAGIC,
                                                     TMPFS_MAGIC,         DEVPTS_SUPER_MAGIC,
                                                     CGROUP2_SUPER_MAGIC, DEBUGFS_MAGIC};
    return fstatfs(directory, &status) == 0 &&
           std::count(magics.begin(), magics.end(), static_cast<unsigned long>(status.f_type)) > 0;
}

bool is_untouched(const TreeEntry &before, const TreeEntry &after) {
    return before.info == after.info && before.device == after.device &&
           before.inode == after.inode && before.modified == after.modified &&
           before.changed == after.changed;
}

LookFailure walk_tree(int root, const Tree &former, const TreeTools &tools, Tree &tree) {
    tree.entries.reserve(former.entries.size() + 64);
    std::optional<ReadAhead> ahead;
    if (former.entries.empty())
        ahead.emplace(root);
    LookFailure failure = Walk(former, tools, tree).begin(root);
    ahead.reset();
    outwait_the_tick(tree);
    return failure;
}

} // namespace retouch
