#pragma once
// Recipe failure: a recipe that came to no plan, report or drift report, where the others have
// theirs, so that no document of a call leaves it out.

#include "retouch/error.hpp"
#include "retouch/json.hpp"

#include <string>

namespace retouch::render {

inline constexpr const char *k_failure_format_version = "1.0";

struct RecipeFailure {
    std::string path;
    std::string name; ///< of the recipe
    std::string message;
    std::string hint;
    int exit_code = 0; ///< what it alone would exit with
};

/// The JSON form; docs/cli.md has its keys.
[[nodiscard]] Json to_json(const RecipeFailure &failure);

/// An entry of a list: the recipe, why, and the hint. Bounded; ends with a newline.
[[nodiscard]] std::string failure_markdown(const RecipeFailure &failure);

} // namespace retouch::render
