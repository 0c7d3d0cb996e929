#pragma once
// The recipe schema: the envelope with the sections of all step kinds put in.

#include "retouch/json.hpp"

#include <string_view>

namespace retouch::recipe {

/// Built anew on every call. The schema files are part of the program: a broken one is our fault.
[[nodiscard]] Json merged_recipe_schema();

/// The same for who reads a recipe before its variables are put in, as editors do: a text with a
/// variable in it may be anything.
[[nodiscard]] Json recipe_schema_with_variables();

/// The same two for a file that recipes include: sections and what belongs to them.
[[nodiscard]] Json fragment_schema();
[[nodiscard]] Json fragment_schema_with_variables();

/// True for the keys that step kinds own.
[[nodiscard]] bool is_section(std::string_view key);

} // namespace retouch::recipe
