// What the kernel shows of a capability is the plain form already, whichever is stored.

#include "guest/tree/plain_capabilities.hpp"

#include "guest/tree/open_below.hpp"
#include "guest/tree/tree_walk.hpp"

#include <array>
#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/fanotify.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

constexpr const char *k_attribute = "security.capability";
constexpr const char *k_line = "security.capability=";
constexpr std::int64_t k_second = 1'000'000'000;

/// `file` may be open as a path only. 0, or what went wrong.
int store_plainly(int file) {
    std::array<char, 64> value{};
    const std::string name = "/proc/self/fd/" + std::to_string(file);
    const ssize_t size = getxattr(name.c_str(), k_attribute, value.data(), value.size());
    if (size != XATTR_CAPS_SZ_2) // none, or of some namespace that the image is to have
        return 0;
    const int result =
        setxattr(name.c_str(), k_attribute, value.data(), XATTR_CAPS_SZ_2, XATTR_REPLACE);
    return result == 0 ? 0 : errno;
}

/// Some filesystems note no more.
std::int64_t this_second() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return static_cast<std::int64_t>(now.tv_sec) * k_second;
}

} // namespace

PlainCapabilities::PlainCapabilities()
    : notes_(FileNotes::By::inode, FAN_ATTRIB), began_(this_second()) {}

void PlainCapabilities::watch(int place) {
    complete_ = notes_.watch(place) && complete_;
}

LookFailure PlainCapabilities::settle(int root, const TreeTools &tools) {
    std::set<std::string> inodes;
    complete_ =
        notes_.take([&](const FileNotes::Note &note) { inodes.insert(note.inode); }) && complete_;
    // Who is root but may not open files by handle can still look at them all.
    const int code = complete_ ? settle_noted(inodes) : EPERM;
    return code == EPERM ? settle_tree(root, tools) : LookFailure{"/", code};
}

/// 0, or what went wrong.
int PlainCapabilities::settle_noted(const std::set<std::string> &inodes) const {
    for (const std::string &inode : inodes) {
        const int file = notes_.open(inode);
        if (file < 0 && errno == ESTALE) // removed since
            continue;
        const int code = file < 0 ? errno : store_plainly(file);
        close(file);
        if (code != 0)
            return code;
    }
    return 0;
}

LookFailure PlainCapabilities::settle_tree(int root, const TreeTools &tools) const {
    const std::int64_t end = this_second() + k_second;
    Tree tree;
    if (LookFailure failure = walk_tree(root, {}, tools, tree))
        return failure;
    for (const TreeEntry &entry : tree.entries) {
        if (entry.changed < began_ || entry.changed >= end ||
            entry.info.type == FileInfo::Type::directory ||
            entry.attributes.find(k_line) == std::string::npos)
            continue;
        const int file =
            open_below(root, std::string_view(entry.path).substr(1), O_PATH | O_NOFOLLOW);
        const int code = file < 0 ? errno : store_plainly(file);
        close(file);
        if (code != 0)
            return {entry.path, code};
    }
    return {};
}

} // namespace retouch::guest
