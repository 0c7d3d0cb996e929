#include "recipe/property_drops.hpp"

#include "base/path_glob.hpp"
#include "recipe/place.hpp"
#include "recipe/schema/schema_place.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace retouch::recipe {

void check_property_drops(const Value &recipe, const std::string &file,
                          const std::vector<std::string> &lines, Diagnostics &found) {
    const Value *drops = recipe.find("drop_properties");
    const Value *properties = recipe.find("properties");
    if (drops == nullptr || properties == nullptr)
        return;
    for (const Value &glob : drops->items) {
        const auto set = std::ranges::find_if(properties->fields, [&](const Field &property) {
            return property.value.kind != Value::Kind::null &&
                   base::matches_name(glob.scalar, property.key);
        });
        if (set != properties->fields.end())
            found.add(error_at(file, glob.mark, lines,
                               fmt::format("'{}' drops the property '{}', which the recipe sets",
                                           shorten(glob.scalar), shorten(set->key)),
                               "narrow it, or take the property out of 'properties'"));
    }
}

} // namespace retouch::recipe
