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

ReadRecipes read_recipes(const std::vector<std::string> &paths,
                         const std::map<std::string, std::string> &variables) {
    ReadRecipes read;
    Diagnostics diagnostics;
    for (const std::string &path : paths)
        if (std::optional<CheckedRecipe> recipe = check_recipe(path, variables, diagnostics))
            read.recipes.push_back(std::move(*recipe));
    read.diagnostics = diagnostics.sorted();
    return read;
}

void require_valid(const ReadRecipes &read, const std::vector<std::string> &paths,
                   Context &context) {
    context.console.err(render_diagnostics(read.diagnostics, context.console.err_colour()));
    if (read.recipes.size() < paths.size())
        throw Error(ErrorKind::invalid,
                    verdict(paths, paths.size() - read.recipes.size(), read.diagnostics));
}

std::vector<CheckedRecipe> check_recipes(const std::vector<std::string> &paths,
                                         const std::map<std::string, std::string> &variables,
                                         Context &context) {
    ReadRecipes read = read_recipes(paths, variables);
    require_valid(read, paths, context);
    return std::move(read.recipes);
}

} // namespace retouch
