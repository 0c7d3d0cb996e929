#pragma once
// Recipes: the recipes named on a command line, all checked before anything else happens.

#include "cli/context.hpp"
#include "cli/given_variables.hpp"
#include "plan/check.hpp"
#include "render/text/diagnostics.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace retouch::cli {

/// What is to be said of the files named on a command line.
struct Findings {
    std::size_t valid = 0;               ///< how many are right
    std::vector<Diagnostic> diagnostics; ///< of all, sorted
};

/// Checks one after the other and keeps none. Prints nothing but mistakes of the configuration,
/// which is read when a recipe names files outside its own directory.
[[nodiscard]] Findings find_mistakes(const std::vector<std::string> &paths,
                                     const GivenByUser &variables, Context &context);

/// Prints all mistakes and warnings on standard error. Throws Error: invalid, counting the wrong
/// recipes, unless all of `paths` are right.
void require_valid(const Findings &findings, const std::vector<std::string> &paths,
                   Context &context,
                   render::DiagnosticsShown which = {.rest = "retouch check --all shows them"});

/// Every recipe, in the order given, each row of a matrix one. Prints all mistakes and warnings of
/// all files on standard error. Throws Error: invalid, counting the wrong ones, unless all are
/// right.
[[nodiscard]] std::vector<plan::CheckedRecipe> check_recipes(const std::vector<std::string> &paths,
                                                             const GivenByUser &variables,
                                                             Context &context);

} // namespace retouch::cli
