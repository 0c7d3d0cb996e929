#pragma once
// Loading a recipe: bytes -> strict YAML -> schema -> variables -> Recipe. Everything the user
// wrote wrong comes back as diagnostics, all of it at once. What entries of a section mean beyond
// the schema is for the step kinds.

#include "recipe/recipe_file.hpp"
#include "recipe/variables.hpp"
#include "retouch/diagnostics.hpp"
#include "retouch/recipe.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace retouch::recipe {

struct LoadedRecipe {
    std::optional<Recipe> recipe;  ///< absent when there are errors
    std::vector<Section> sections; ///< of a wrong recipe, those entries that may be judged further
    std::vector<RecipeFile> files; ///< as marks count them; the recipe's own is always there
    Diagnostics diagnostics;
};

/// One recipe, or one for each row of its matrix.
/// Never throws for anything the file holds; a file that cannot be read is a diagnostic too.
[[nodiscard]] std::vector<LoadedRecipe> load_recipes(const std::filesystem::path &path,
                                                     const GivenVariables &given);

/// The first of them, for bytes already in memory (tests, fuzzing).
[[nodiscard]] LoadedRecipe load_recipe_text(std::string_view text,
                                            const std::filesystem::path &path,
                                            const GivenVariables &given);

/// Holds a recipe that was made by a program, its variables resolved, against the schema. True when
/// nothing was found.
bool check_recipe_value(const Value &recipe, Diagnostics &diagnostics);

/// The whole recipe schema, step fragments in place, as JSON text: what `retouch schema` prints. It
/// takes texts with variables in them, which are put in before a recipe is checked.
[[nodiscard]] std::string recipe_schema();

/// The same for files that recipes include.
[[nodiscard]] std::string printed_fragment_schema();

/// The JSON Schema of a plan's document, for `retouch schema plan`.
[[nodiscard]] std::string plan_schema();

} // namespace retouch::recipe
