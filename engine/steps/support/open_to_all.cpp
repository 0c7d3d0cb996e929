#include "steps/support/open_to_all.hpp"

#include "base/path.hpp"
#include "base/text.hpp"
#include "guest/resolve.hpp"

#include <fmt/format.h>

namespace retouch::steps {

bool everybody_reaches(const GuestView &guest, const std::string &path) {
    constexpr std::uint32_t k_others_search = 0001;
    std::string above = base::parent_path(guest::resolve_in_guest(guest, path));
    for (;; above = base::parent_path(above)) {
        const auto info = guest.lstat(above);
        if (info && (info->mode & k_others_search) == 0)
            return false;
        if (above == "/")
            return true;
    }
}

std::string not_shown(const std::string &path, std::optional<std::uint64_t> before,
                      std::uint64_t after) {
    return fmt::format("{}: {} -> {}, not shown: not everybody may read it\n", base::escape(path),
                       before ? base::format_bytes(*before) : "nothing", base::format_bytes(after));
}

} // namespace retouch::steps
