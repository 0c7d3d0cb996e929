#pragma once
// Recipes: the recipes named on a command line, all checked before anything else happens.

#include "cli/context.hpp"
#include "plan/check.hpp"

#include <map>
#include <string>
#include <vector>

namespace retouch {

/// Every recipe, in the order given. Prints all mistakes and warnings of all files on standard
/// error. Throws Error: invalid, counting the wrong ones, unless all are right.
[[nodiscard]] std::vector<CheckedRecipe>
check_recipes(const std::vector<std::string> &paths,
              const std::map<std::string, std::string> &variables, Context &context);

} // namespace retouch
