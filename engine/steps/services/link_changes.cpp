#include "steps/services/link_changes.hpp"

#include "base/text.hpp"

#include <array>
#include <fmt/format.h>
#include <string_view>

namespace retouch::steps {

namespace {

constexpr std::size_t k_shown_links = 6;
constexpr std::array<std::string_view, 2> k_usual_places = {"/etc/systemd/system/",
                                                            "/etc/runlevels/"};

std::string_view without_usual_place(std::string_view path) {
    for (const std::string_view place : k_usual_places)
        if (path.starts_with(place))
            return path.substr(place.size());
    return path;
}

} // namespace

std::string links_told(const ImageChanges &changes) {
    std::string text;
    std::size_t shown = 0;
    std::string_view before;
    for (const Foreseen &change : changes.changes) {
        if (++shown > k_shown_links)
            break;
        const std::string_view verb = change.info ? "link " : "no more link ";
        const std::string path = base::escape(without_usual_place(change.path));
        base::add_part(text, verb == before ? path : std::string(verb) + path);
        before = verb;
    }
    if (changes.changes.size() > k_shown_links)
        base::add_part(text, fmt::format("and {} more", changes.changes.size() - k_shown_links));
    for (const std::string &reason : changes.reasons)
        base::add_part(text, reason, "; ");
    return text;
}

} // namespace retouch::steps
