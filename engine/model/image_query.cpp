// ImageQuery: what a record must be to match.

#include "retouch/image_query.hpp"

#include <algorithm>

namespace retouch {

bool ImageQuery::matches(const Image &image) const {
    const auto is_named = [&] {
        return names.empty() || std::ranges::find(names, image.name) != names.end();
    };
    return (owner.empty() || image.owner == owner) && is_named() &&
           (visibility.empty() || image.visibility == visibility) &&
           (!hidden || image.hidden == *hidden) &&
           std::ranges::all_of(properties, [&](const auto &property) {
               return image.property(property.first) == property.second;
           });
}

} // namespace retouch
