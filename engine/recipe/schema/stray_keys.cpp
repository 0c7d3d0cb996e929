// Stray keys. A key that may stand on both levels is taken for one of the level it stands on.

#include "recipe/schema/stray_keys.hpp"

#include "recipe/schema/schema_place.hpp"

#include <fmt/format.h>

namespace retouch::recipe {

namespace {

bool is_list(const Json &schema) {
    return schema.contains("items");
}

/// The keys a mapping below `schema` may have, or an entry of a list there.
Json keys_below(const Json &schema) {
    const Json &inner = is_list(schema) ? schema["items"] : schema;
    return inner.is_object() ? inner.value("properties", Json::object()) : Json::object();
}

} // namespace

std::size_t strays_behind(const std::vector<Field> &fields, std::size_t i, const Json &properties) {
    const Value &value = fields[i].value;
    const auto schema = properties.find(fields[i].key);
    if (value.kind != Value::Kind::null || !value.scalar.empty() || schema == properties.end())
        return 0;
    const Json below = keys_below(*schema);
    std::size_t count = 0;
    while (i + count + 1 < fields.size() && below.contains(fields[i + count + 1].key) &&
           !properties.contains(fields[i + count + 1].key))
        ++count;
    return count;
}

SchemaFinding stray_keys(const Field &first, const std::string &parent, const Json &properties) {
    const std::string key = shorten(first.key);
    const std::string hint = is_list(properties[parent])
                                 ? fmt::format("write it as an entry: \"- {}:\", the rest of the "
                                               "entry indented like '{}'",
                                               key, key)
                                 : fmt::format("indent it below '{}'", parent);
    return {first.key_mark, fmt::format("'{}' belongs below '{}', not beside it", key, parent),
            hint, std::nullopt};
}

} // namespace retouch::recipe
