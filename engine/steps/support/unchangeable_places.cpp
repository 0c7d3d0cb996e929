#include "steps/support/unchangeable_places.hpp"

#include "base/path.hpp"
#include "base/text.hpp"
#include "guest/resolve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace retouch::steps {

namespace {

/// The directory, or the nearest one above that is there, in which it would be made.
std::string first_above(const GuestView &guest, std::string directory) {
    while (directory != "/" && !guest.lstat(directory))
        directory = base::parent_path(directory);
    return guest::resolve_in_guest(guest, directory);
}

} // namespace

std::string unchangeable_obstacle(const GuestView &guest, const std::vector<std::string> &paths) {
    std::vector<std::string> asked;
    asked.reserve(2 * paths.size());
    std::set<std::string> seen;
    for (const std::string &path : paths) {
        asked.push_back(path);
        if (std::string parent = base::parent_path(path); seen.insert(parent).second)
            asked.push_back(first_above(guest, std::move(parent)));
    }
    if (asked.empty())
        return {};
    std::ranges::sort(asked);
    asked.erase(std::unique(asked.begin(), asked.end()), asked.end());
    const std::vector<std::string> found = guest.unchangeable(asked);
    if (found.empty())
        return {};
    const std::string more =
        found.size() > 1 ? fmt::format(" (and {} more)", found.size() - 1) : std::string();
    return fmt::format("{}{} is immutable or append-only in the image: take that off with chattr "
                       "-ia",
                       base::escape(found.front()), more);
}

} // namespace retouch::steps
