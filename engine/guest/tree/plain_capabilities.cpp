// The kernel notes up to some ten thousand changes of inodes by itself, so nothing has to run
// beside the command. What it shows of a capability is the plain form already, whichever is stored.

#include "guest/tree/plain_capabilities.hpp"

#include "guest/tree/open_below.hpp"
#include "guest/tree/tree_walk.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <linux/capability.h>
#include <memory>
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

/// What follows `event` when it tells of a file; nullptr when it does not.
const fanotify_event_info_fid *told_file(const fanotify_event_metadata *event) {
    const auto *info = reinterpret_cast<const fanotify_event_info_fid *>(event + 1);
    const bool has_one = event->event_len >= sizeof *event + sizeof *info + sizeof(file_handle);
    return has_one && info->hdr.info_type == FAN_EVENT_INFO_TYPE_FID ? info : nullptr;
}

/// Some filesystems note no more.
std::int64_t this_second() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return static_cast<std::int64_t>(now.tv_sec) * k_second;
}

std::string key_of(const fanotify_event_info_fid *info) {
    const auto *bytes = reinterpret_cast<const char *>(&info->fsid);
    return {bytes, info->hdr.len - sizeof info->hdr};
}

} // namespace

PlainCapabilities::PlainCapabilities()
    : notes_(fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_FID | FAN_CLOEXEC | FAN_NONBLOCK,
                           O_RDONLY | O_CLOEXEC)),
      began_(this_second()) {}

PlainCapabilities::~PlainCapabilities() {
    close(notes_);
}

void PlainCapabilities::watch(int place) {
    struct statfs status {};

    const bool watched =
        notes_ >= 0 && fstatfs(place, &status) == 0 &&
        fanotify_mark(notes_, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_ATTRIB, place, ".") == 0;
    complete_ = complete_ && watched;
    places_.push_back({place, status.f_fsid});
}

LookFailure PlainCapabilities::settle(int root, const TreeTools &tools) {
    read_notes();
    // Who is root but may not open files by handle can still look at them all.
    const int code = complete_ ? settle_noted() : EPERM;
    return code == EPERM ? settle_tree(root, tools) : LookFailure{"/", code};
}

void PlainCapabilities::read_notes() {
    constexpr std::size_t room = 65536;
    const std::unique_ptr<char[]> buffer(new char[room]);
    for (ssize_t left = 0; (left = read(notes_, buffer.get(), room)) > 0;) {
        const auto *event = reinterpret_cast<const fanotify_event_metadata *>(buffer.get());
        for (; FAN_EVENT_OK(event, left); event = FAN_EVENT_NEXT(event, left)) {
            if ((event->mask & FAN_Q_OVERFLOW) != 0)
                complete_ = false;
            else if (const fanotify_event_info_fid *info = told_file(event))
                noted_.insert(key_of(info));
        }
    }
}

/// 0, or what went wrong.
int PlainCapabilities::settle_noted() const {
    for (const std::string &key : noted_) {
        alignas(file_handle) std::array<char, sizeof(file_handle) + MAX_HANDLE_SZ> handle{};
        const std::size_t size = std::min(key.size() - sizeof(fsid_t), handle.size());
        std::memcpy(handle.data(), key.data() + sizeof(fsid_t), size);
        for (const Place &place : places_) {
            if (std::memcmp(&place.filesystem, key.data(), sizeof(fsid_t)) != 0)
                continue;
            const int file =
                open_by_handle_at(place.directory, reinterpret_cast<file_handle *>(handle.data()),
                                  O_PATH | O_NOFOLLOW | O_CLOEXEC);
            if (file < 0 && errno == ESTALE) // removed since
                continue;
            const int code = file < 0 ? errno : store_plainly(file);
            close(file);
            if (code != 0)
                return code;
        }
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
