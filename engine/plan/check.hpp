#pragma once
// Checking a recipe offline: loaded, schema-checked, sections turned into steps by their kinds.
// What `retouch check` does and where every plan starts. No catalog is touched.

#include "base/secret_values.hpp"
#include "recipe/variables.hpp"
#include "retouch/diagnostics.hpp"
#include "retouch/recipe.hpp"
#include "retouch/secret.hpp"
#include "retouch/step.hpp"
#include "retouch/step_kind.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace retouch::plan {

/// A source that is still to be fetched and imported.
struct AwaitedSource {
    std::string place;    ///< its address or path
    std::string download; ///< "ALGORITHM:HEX" of its bytes
};

struct CheckedRecipe {
    Recipe recipe;
    std::vector<Step> steps; ///< in running order
    std::vector<InjectedFile> injected;
    std::set<std::string> variables{};     ///< names it declares, what it includes too
    std::vector<DeclaredSecret> secrets{}; ///< that its steps name
    std::vector<std::string> facts{};      ///< that its properties name of the finished image
    base::SecretValues values{};           ///< of them, once they were got
    std::filesystem::path source_path{};   ///< of a source that is a file of this host, absolute
    std::string source_key{}; ///< of its signature, packets of OpenPGP; empty: it has none
    /// What the source will be, while it is no image of the catalog yet.
    std::optional<AwaitedSource> awaited{};
};

/// Directories a recipe may name files in besides its own; asked only when it matters.
using AllowedDirectories = std::function<std::vector<std::filesystem::path>()>;

/// The recipe, or one for each row of its matrix; none when there are errors, which are in
/// `diagnostics`.
[[nodiscard]] std::vector<CheckedRecipe> check_recipe(const std::filesystem::path &path,
                                                      const recipe::GivenVariables &given,
                                                      Diagnostics &diagnostics,
                                                      const AllowedDirectories &allowed = nullptr);

} // namespace retouch::plan
