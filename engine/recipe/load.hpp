#pragma once
// Loading a recipe: bytes -> strict YAML -> schema -> variables -> Recipe. Everything the user
// wrote wrong comes back as diagnostics, all of it at once. What entries of a section mean beyond
// the schema is for the step kinds.

#include "retouch/diagnostics.hpp"
#include "retouch/recipe.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace retouch::recipe {

struct LoadedRecipe {
    std::optional<Recipe> recipe;  ///< absent when there are errors
    std::vector<Section> sections; ///< of a wrong recipe, those entries that may be judged further
    std::filesystem::path directory; ///< absolute; where the file is
    Diagnostics diagnostics;
    std::vector<std::string> lines;     ///< of the file, for excerpts
    std::vector<std::string> variables; ///< names of its variables
};

/// "-", or the name the system has for it: the paths such a recipe names are relative to the
/// working directory.
[[nodiscard]] bool is_standard_input(const std::filesystem::path &path);

/// `variables` come from --var and win over the recipe's own `vars`.
/// Never throws for anything the file holds; a file that cannot be read is a diagnostic too.
[[nodiscard]] LoadedRecipe load_recipe(const std::filesystem::path &path,
                                       const std::map<std::string, std::string> &variables);

/// The same for bytes already in memory (tests, fuzzing).
[[nodiscard]] LoadedRecipe load_recipe_text(std::string_view text,
                                            const std::filesystem::path &path,
                                            const std::map<std::string, std::string> &variables);

/// Holds a recipe that was made by a program, its variables resolved, against the schema. True when
/// nothing was found.
bool check_recipe_value(const Value &recipe, Diagnostics &diagnostics);

/// The whole recipe schema, step fragments in place, as JSON text: what `retouch schema` prints. It
/// takes texts with variables in them, which are put in before a recipe is checked.
[[nodiscard]] std::string recipe_schema();

/// The JSON Schema of a plan's document, for `retouch schema plan`.
[[nodiscard]] std::string plan_schema();

} // namespace retouch::recipe
