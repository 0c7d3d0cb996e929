// Metadata decide what is looked into; then bytes are read once, for the digest and the text.
// Descriptors are closed by hand: this file is part of a program without our base layer.

#include "guest/tree/tree_inspection.hpp"

#include "guest/tree/file_digest.hpp"
#include "guest/tree/open_below.hpp"
#include "guest/tree/tree_walk.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

bool is_regular(const TreeEntry *entry) {
    return entry != nullptr && entry->info.type == FileInfo::Type::regular;
}

bool is_text(const std::string &bytes) {
    return bytes.find('\0') == std::string::npos;
}

/// Opened without following links, and without waiting for anything but the disk.
class RegularFile {
  public:
    RegularFile(int root, const std::string &path) {
        fd_ =
            open_below(root, std::string_view(path).substr(1), O_RDONLY | O_NONBLOCK | O_NOFOLLOW);

        struct stat status {};

        if (fd_ >= 0 && (fstat(fd_, &status) != 0 || !S_ISREG(status.st_mode))) {
            close(fd_);
            fd_ = -1;
            errno = EINVAL;
        }
    }

    ~RegularFile() {
        const int code = errno;
        if (fd_ >= 0)
            close(fd_);
        errno = code;
    }

    RegularFile(const RegularFile &) = delete;
    RegularFile &operator=(const RegularFile &) = delete;

    [[nodiscard]] int fd() const { return fd_; }

  private:
    int fd_ = -1;
};

/// The bytes of a regular file that has `size` of them. nullopt: see errno.
std::optional<std::string> read_bytes(int root, const std::string &path, std::uint64_t size) {
    const RegularFile file(root, path);
    if (file.fd() < 0)
        return std::nullopt;
    std::string bytes(size, '\0');
    std::size_t have = 0;
    while (have < bytes.size()) {
        const ssize_t got = read(file.fd(), bytes.data() + have, bytes.size() - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return std::nullopt;
        if (got == 0)
            break;
        have += static_cast<std::size_t>(got);
    }
    bytes.resize(have);
    return bytes;
}

/// As digest_file() has it, of a regular file. nullopt: see errno.
std::optional<std::string> digest_bytes(int root, const std::string &path, const TreeTools &tools) {
    const RegularFile file(root, path);
    if (file.fd() < 0)
        return std::nullopt;
    return digest_file(file.fd(), tools);
}

/// Whoever may read a plan need not be able to read the image.
bool may_show(const SeenChange &change) {
    return (!change.before || !change.before->secret) && (!change.after || !change.after->secret);
}

} // namespace

LookFailure TreeInspection::inspect(const TreePair &pair, std::vector<SeenChange> &found) {
    SeenChange change;
    std::optional<std::string> former_bytes;
    if (pair.before != nullptr) {
        change.before = *pair.before;
        former_bytes = take_former(*change.before);
    }
    std::optional<std::string> bytes;
    if (is_regular(pair.after))
        if (LookFailure failure = look_into(*pair.after, bytes))
            return failure;
    if (pair.after != nullptr)
        change.after = *pair.after;
    if (is_regular(pair.before) && is_regular(pair.after) && !change.before->sha256.empty() &&
        change.before->sha256 == change.after->sha256 && looks_the_same(*pair.before, *pair.after))
        return {};
    if (pair.before == nullptr)
        former_bytes.emplace();
    if (bytes && former_bytes && may_show(change) && *bytes != *former_bytes) {
        change.former_text = std::move(former_bytes);
        change.text = std::move(bytes);
    }
    found.push_back(std::move(change));
    return {};
}

/// What was kept of it, which also tells the former digest.
std::optional<std::string> TreeInspection::take_former(TreeEntry &before) {
    const std::string *kept = texts_.find(before.path);
    if (kept == nullptr)
        return std::nullopt;
    std::string bytes = *kept;
    texts_.forget(before.path);
    before.sha256 = tools_.digest(bytes);
    return bytes;
}

/// Reads the digest, and the bytes of what is worth keeping or showing.
LookFailure TreeInspection::look_into(TreeEntry &entry, std::optional<std::string> &bytes) {
    const Inode inode{entry.device, entry.inode};
    const auto known = digests_.find(inode);
    const bool wanted = texts_.wants(entry);
    if (known != digests_.end() && !wanted) {
        entry.sha256 = known->second;
        return {};
    }
    if (wanted) {
        bytes = read_bytes(root_, entry.path, entry.info.size);
        if (bytes)
            entry.sha256 = tools_.digest(*bytes);
    } else if (std::optional<std::string> digest = digest_bytes(root_, entry.path, tools_)) {
        entry.sha256 = std::move(*digest);
    }
    if (entry.sha256.empty())
        return {entry.path, errno == 0 ? EIO : errno};
    digests_[inode] = entry.sha256;
    if (bytes && is_text(*bytes))
        texts_.keep(entry.path, *bytes);
    else
        bytes.reset();
    return {};
}

LookFailure look_again(int root, const Tree &former, const TreeTools &tools, KeptTexts &texts,
                       Tree &now, std::vector<SeenChange> &found) {
    if (LookFailure failure = walk_tree(root, former, tools, now))
        return failure;
    TreeInspection inspection(root, tools, texts);
    for (const TreePair &pair : compare_trees(former, now)) {
        tools.pause();
        if (LookFailure failure = inspection.inspect(pair, found))
            return failure;
    }
    return {};
}

LookFailure keep_texts(int root, const Tree &tree, const TreeTools &tools, KeptTexts &texts) {
    for (const TreeEntry &entry : tree.entries) {
        tools.pause();
        if (!texts.wants(entry) || !texts.has_room(entry.info.size))
            continue;
        std::optional<std::string> bytes =
            entry.info.size == 0 ? std::string() : read_bytes(root, entry.path, entry.info.size);
        // An ACL that no kernel can read keeps even root out; while nothing changes, nothing is
        // missed.
        if (!bytes && errno == EINVAL)
            continue;
        if (!bytes)
            return {entry.path, errno};
        if (is_text(*bytes))
            texts.keep(entry.path, std::move(*bytes));
    }
    return {};
}

} // namespace retouch::guest
