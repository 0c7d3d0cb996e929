#pragma once
// Checking a recipe offline: loaded, schema-checked, sections turned into steps by their kinds.
// What `retouch check` does and where every plan starts. No catalog is touched.

#include "retouch/diagnostics.hpp"
#include "retouch/recipe.hpp"
#include "retouch/step.hpp"
#include "retouch/step_kind.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace retouch::plan {

struct CheckedRecipe {
    Recipe recipe;
    std::vector<Step> steps; ///< in running order
    std::vector<InjectedFile> injected;
};

/// Directories a recipe may name files in besides its own; asked only when it matters.
using AllowedDirectories = std::function<std::vector<std::filesystem::path>()>;

/// Absent when there are errors; they are in `diagnostics`.
[[nodiscard]] std::optional<CheckedRecipe>
check_recipe(const std::filesystem::path &path, const std::map<std::string, std::string> &variables,
             Diagnostics &diagnostics, const AllowedDirectories &allowed = nullptr);

} // namespace retouch::plan
