#pragma once
// The list `steps`: sections of a recipe in an order of its own. Each entry is one section; what
// the schema of the recipe leaves open about them is checked here.

#include "recipe/schema/schema_check.hpp"
#include "retouch/recipe.hpp"

#include <string>
#include <vector>

namespace retouch::recipe {

constexpr const char *k_step_list = "steps";

/// The sections of `recipe`, which need not be what the schema accepts: those that stand in it
/// itself, in the order of the file, then those of its list.
[[nodiscard]] std::vector<const Field *> section_fields(const Value &recipe);

/// Adds what is wrong with the list and each of its sections.
void check_step_list(const Value &recipe, const SchemaChecker &checker, const std::string &file,
                     const std::vector<std::string> &lines, Diagnostics &found);

/// The smallest recipe the schema accepts, but for `section`, which is put into it.
[[nodiscard]] Value smallest_recipe_with(const Field &section);

} // namespace retouch::recipe
