#include "steps/support/unchangeable_places.hpp"

#include "base/path.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace retouch {

std::string unchangeable_obstacle(const GuestView &guest, const std::vector<std::string> &paths) {
    std::vector<std::string> asked;
    asked.reserve(2 * paths.size());
    for (const std::string &path : paths) {
        asked.push_back(path);
        if (const std::string parent = parent_path(path);
            std::ranges::find(asked, parent) == asked.end())
            asked.push_back(parent);
    }
    if (asked.empty())
        return {};
    const std::vector<std::string> found = guest.unchangeable(asked);
    if (found.empty())
        return {};
    const std::string more =
        found.size() > 1 ? fmt::format(" (and {} more)", found.size() - 1) : std::string();
    return fmt::format("{}{} is immutable or append-only in the image: take that off with chattr "
                       "-ia",
                       escape(found.front()), more);
}

} // namespace retouch
