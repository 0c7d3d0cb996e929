// Recipes: checks all, prints all, then refuses if one was wrong.
// The error it throws comes after the diagnostics and only counts; they hold what to correct.
// A file named twice is read twice; its diagnostics are printed once.

#include "cli/recipes.hpp"

#include "base/text.hpp"
#include "render/diagnostics.hpp"
#include "render/wording.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch {

namespace {

std::string verdict(const std::vector<std::string> &paths, std::size_t wrong,
                    const std::vector<Diagnostic> &found) {
    const auto mistakes = static_cast<std::size_t>(
        std::ranges::count(found, Diagnostic::Severity::error, &Diagnostic::severity));
    if (paths.size() == 1)
        return fmt::format("{} is not valid: {}", escape(paths.front()),
                           counted(mistakes, "mistake"));
    return fmt::format("{} of {} {} not valid: {}", wrong, counted(paths.size(), "recipe"),
                       wrong == 1 ? "is" : "are", counted(mistakes, "mistake"));
}

} // namespace

std::vector<CheckedRecipe> check_recipes(const std::vector<std::string> &paths,
                                         const std::map<std::string, std::string> &variables,
                                         Context &context) {
    Diagnostics diagnostics;
    std::vector<CheckedRecipe> recipes;
    for (const std::string &path : paths)
        if (std::optional<CheckedRecipe> recipe = check_recipe(path, variables, diagnostics))
            recipes.push_back(std::move(*recipe));
    const std::vector<Diagnostic> found = diagnostics.sorted();
    context.console.err(render_diagnostics(found, context.console.err_colour()));
    if (recipes.size() < paths.size())
        throw Error(ErrorKind::invalid, verdict(paths, paths.size() - recipes.size(), found));
    return recipes;
}

} // namespace retouch
