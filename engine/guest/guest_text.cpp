#include "guest/guest_text.hpp"

#include "guest/resolve.hpp"

namespace retouch::guest {

std::optional<std::string> text_in_guest(const GuestView &guest, const std::string &path,
                                         std::size_t max_bytes) {
    const std::string resolved = resolve_in_guest(guest, path);
    const std::optional<FileInfo> info = guest.lstat(resolved);
    if (!info || info->type != FileInfo::Type::regular || info->size > max_bytes)
        return std::nullopt;
    return guest.read(resolved, max_bytes);
}

} // namespace retouch::guest
