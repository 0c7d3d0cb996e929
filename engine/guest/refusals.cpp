// The wording of the refusals. Everything quoted comes from images and is escaped here.

#include "guest/refusals.hpp"

#include "base/text.hpp"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>

namespace retouch::refusal {

Error no_system() {
    return {ErrorKind::refused, "no operating system was found in the image",
            "check that the image is the disk of a Linux system and is complete"};
}

Error several_systems(const std::vector<std::string> &roots) {
    std::string list;
    for (const std::string &root : roots)
        list += (list.empty() ? "" : ", ") + escape(root);
    return {ErrorKind::refused,
            fmt::format("the image holds {} operating systems: {}", roots.size(), list),
            "use an image with one operating system"};
}

Error encrypted(const std::string &device) {
    return {ErrorKind::refused, fmt::format("the image is encrypted ({})", escape(device)),
            "use an image whose root filesystem is not encrypted"};
}

Error needs_appliance(const std::string &what) {
    return {ErrorKind::refused, fmt::format("the host guest cannot open {}", escape(what)),
            "use --guest appliance"};
}

Event not_mounted(const std::string &path, const std::string &reason) {
    return {"notice", "", fmt::format("{} of the guest is not mounted: {}", escape(path), reason),
            Json::object()};
}

Error file_operation(std::string_view what, std::string_view path, int code) {
    std::string hint;
    if (code == ENOSPC || code == EDQUOT)
        hint = "the guest's filesystem is full; use a larger image";
    else if (code == EROFS)
        hint = "the guest is open for looking only";
    else if (code == EIO)
        hint = "the host's disk may be full, or the image damaged";
    return {ErrorKind::failed,
            fmt::format("cannot {} {} in the guest: {}", what, escape(path), std::strerror(code)),
            hint};
}

Error not_regular(std::string_view path) {
    return {ErrorKind::failed, fmt::format("{} is not a regular file in the guest", escape(path))};
}

Error too_large(std::string_view path, std::size_t max_bytes) {
    return {ErrorKind::failed, fmt::format("{} in the guest is larger than {}", escape(path),
                                           format_bytes(max_bytes))};
}

} // namespace retouch::refusal
