// The wording of the refusals. Everything quoted comes from images and is escaped here.

#include "guest/refusals.hpp"

#include "base/text.hpp"
#include "guest/tree/tree.hpp"
#include "store/image_file.hpp"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>

namespace retouch::guest::refusal {

namespace {

/// A guest may have paths of any length.
std::string shown(std::string_view path) {
    constexpr std::size_t most = 200;
    constexpr std::string_view gap = "[...]";
    constexpr std::size_t half = (most - gap.size()) / 2;
    if (path.size() <= most)
        return base::escape(path);
    return base::escape(path.substr(0, base::character_start(path, half))) + std::string(gap) +
           base::escape(path.substr(base::character_start(path, path.size() - half)));
}

} // namespace

Error no_system(std::string_view prefix) {
    if (const std::string_view kind = store::kind_of_foreign_bytes(prefix); !kind.empty())
        return {ErrorKind::refused,
                fmt::format("no operating system was found in the image: what is stored {}, but is "
                            "taken for a raw disk",
                            kind),
                "convert it, or give its record the format that it has"};
    return {ErrorKind::refused, "no operating system was found in the image",
            "check that the image is the disk of a Linux system and is complete"};
}

Error several_systems(const std::vector<std::string> &roots) {
    return {
        ErrorKind::refused,
        fmt::format("the image holds {} operating systems: {}", roots.size(), base::listed(roots)),
        "use an image with one operating system"};
}

Error encrypted(const std::string &device) {
    return {ErrorKind::refused, fmt::format("the image is encrypted ({})", base::escape(device)),
            "use an image whose root filesystem is not encrypted"};
}

Error needs_appliance(const std::string &what) {
    return {ErrorKind::refused, fmt::format("the host guest cannot open {}", base::escape(what)),
            "use --guest appliance"};
}

bool is_of_the_image(const Error &error) {
    return error.kind() == ErrorKind::refused || error.kind() == ErrorKind::failed;
}

Error cannot_open(const std::string &device, const Error &reason) {
    return {is_of_the_image(reason) ? ErrorKind::refused : reason.kind(),
            fmt::format("cannot mount {} of the image: {}", base::escape(device), reason.what()),
            reason.hint()};
}

Error cannot_mount(const std::string &path, const std::string &device, const Error &reason) {
    return {ErrorKind::refused,
            fmt::format("cannot mount {} of the guest from {}: {}", base::escape(path),
                        base::escape(device), reason.what()),
            reason.hint().empty()
                ? "repair the filesystem or its line in the image's /etc/fstab; where the system "
                  "can do without it, give the line the option nofail"
                : reason.hint()};
}

Error mount_failure(const std::string &type, int code) {
    const std::string name = base::escape(type);
    const char *words = std::strerror(code);
    switch (code) {
    case EPERM:
    case EACCES:
        return {ErrorKind::not_authorised,
                fmt::format("this process may not mount filesystems: {}", words),
                "run retouch as root on the host itself, or use --guest appliance"};
    case ENODEV:
        return {ErrorKind::refused,
                fmt::format("this host's kernel does not know the filesystem {}", name),
                "use --guest appliance"};
    case EINVAL:
    case EUCLEAN:
    case EBADMSG:
    case EOPNOTSUPP:
    case EROFS:
        return {ErrorKind::refused,
                fmt::format("the {} filesystem is damaged or has features this host's kernel does "
                            "not know: {}",
                            name, words),
                "check it with fsck, or try --guest appliance"};
    case EBUSY:
        return {ErrorKind::temporary,
                fmt::format("another program of this host uses the {} filesystem: {}", name, words),
                "find it with lsblk and fuser, and try again"};
    case ENOMEM:
    case EMFILE:
    case ENFILE:
        return {ErrorKind::unavailable,
                fmt::format("this host cannot mount a {} filesystem now: {}", name, words),
                "give it more memory or descriptors, and try again"};
    default:
        return {ErrorKind::failed, fmt::format("the {} filesystem: {}", name, words),
                code == EIO ? "the host's disk may be full, or the image damaged" : ""};
    }
}

Error with_features(const Error &reason, const std::string &features, std::string_view other) {
    if (features.empty() || reason.kind() != ErrorKind::refused)
        return reason;
    return {reason.kind(), fmt::format("{}; it has {}", reason.what(), features),
            fmt::format("--guest {} has another kernel, which may know them; else make the "
                        "filesystem without them",
                        other)};
}

Error damaged_log(const std::string &type) {
    const bool is_xfs = type == "xfs";
    return {ErrorKind::refused,
            fmt::format("the {} filesystem is damaged: its {} cannot be replayed",
                        base::escape(type), is_xfs ? "log" : "journal"),
            is_xfs ? "take the image again from a machine that was shut down, or repair the "
                     "filesystem with xfs_repair; with -L, what is only in the log is lost"
                   : "take the image again from a machine that was shut down, or repair the "
                     "filesystem with fsck"};
}

Error only_readable(const std::string &type) {
    if (type == "ntfs")
        return {ErrorKind::refused,
                "Windows was not shut down fully (hibernation or fast start), so that its "
                "filesystem can only be read",
                "shut it down with shutdown /s /f, or remove hiberfil.sys"};
    return {ErrorKind::refused,
            fmt::format("the {} filesystem can only be read", base::escape(type)),
            "it may be marked read-only, or have features that allow no more; tune2fs -l or "
            "xfs_info tells"};
}

Event not_mounted(const std::string &path, const std::string &reason) {
    return {EventKind::notice, "",
            fmt::format("{} of the guest is not mounted: {}", base::escape(path), reason),
            Json::object()};
}

Error cannot_look(std::string_view path, int code) {
    if (code != k_too_large)
        return file_operation("look at", path, code);
    return {ErrorKind::refused,
            fmt::format("there is more in the guest's filesystems than retouch can remember; it "
                        "gave up at {}",
                        shown(path)),
            "use an image with fewer files; apply without limits and rehearsal does not look at "
            "them all"};
}

Error cannot_store_capabilities(std::string_view path, int code) {
    return code == k_too_large ? cannot_look(path, code)
                               : file_operation("store the capabilities of files in", path, code);
}

Error changed_untold(std::string_view path, std::size_t count) {
    return {
        ErrorKind::failed,
        fmt::format("{}{} changed, and this host's kernel did not tell at which step", shown(path),
                    count > 1 ? fmt::format(" and {} more", count - 1) : ""),
        "use the appliance guest (--guest appliance), which looks at everything after each step"};
}

Error file_operation(std::string_view what, std::string_view path, int code) {
    std::string hint;
    if (code == ENOSPC || code == EDQUOT)
        hint = "the guest's filesystem is full, or has no inodes left (df and df -i tell); use a "
               "larger image";
    else if (code == EROFS)
        hint =
            "the filesystem can only be read: it has features that allow no more, a system on it "
            "was not shut down, or an error was found on it; check it with fsck";
    else if (code == EPERM)
        hint = "it may be immutable or append-only: take that off in the image with chattr -ia";
    else if (code == EINVAL)
        hint = "the image may hold a damaged ACL for it, which keeps everybody but its owner out: "
               "take it off in the image with setfattr -x system.posix_acl_access";
    else if (code == EIO)
        hint = "the host's disk may be full, or the image damaged";
    return {ErrorKind::failed,
            fmt::format("cannot {} {} in the guest: {}", what, shown(path), std::strerror(code)),
            hint};
}

Error not_regular(std::string_view path) {
    return {ErrorKind::failed, fmt::format("{} is not a regular file in the guest", shown(path))};
}

Error too_large(std::string_view path, std::size_t max_bytes) {
    return {ErrorKind::failed, fmt::format("{} in the guest is larger than {}", shown(path),
                                           base::format_bytes(max_bytes))};
}

} // namespace retouch::guest::refusal
