#pragma once
// Stray keys: keys on the level of the key they belong below.

#include "recipe/schema/schema_words.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace retouch::recipe {

/// How many fields right behind field `i`, which has no value, are none of `properties` but belong
/// below it.
[[nodiscard]] std::size_t strays_behind(const std::vector<Field> &fields, std::size_t i,
                                        const Json &properties);

/// What is said of them, at the first. Requires: `properties` has `parent`.
[[nodiscard]] SchemaFinding stray_keys(const Field &first, const std::string &parent,
                                       const Json &properties);

} // namespace retouch::recipe
