// Recipes: checks all, prints all, then refuses if one was wrong.
// The error it throws comes after the diagnostics and only counts; they hold what to correct.
// A file named twice is read twice; its diagnostics are printed once.

#include "cli/recipes.hpp"

#include "render/diagnostics.hpp"
#include "render/wording.hpp"

#include <fmt/format.h>

namespace retouch {

std::vector<CheckedRecipe> check_recipes(const std::vector<std::string> &paths,
                                         const std::map<std::string, std::string> &variables,
                                         Context &context) {
    Diagnostics diagnostics;
    std::vector<CheckedRecipe> recipes;
    for (const std::string &path : paths)
        if (std::optional<CheckedRecipe> recipe = check_recipe(path, variables, diagnostics))
            recipes.push_back(std::move(*recipe));
    context.console.err(render_diagnostics(diagnostics.sorted(), context.console.err_colour()));
    const std::size_t wrong = paths.size() - recipes.size();
    if (wrong == 1 && paths.size() == 1)
        throw Error(ErrorKind::invalid, "the recipe is not valid");
    if (wrong > 0)
        throw Error(ErrorKind::invalid,
                    fmt::format("{} of {} not valid", wrong, counted(paths.size(), "recipe")));
    return recipes;
}

} // namespace retouch
