#pragma once
// Building again what is as the recipe says already: because somebody asks, by its
// age, or to see whether packages are newer.

#include "plan/lineage.hpp"
#include "retouch/recipe.hpp"

#include <string>

namespace retouch::plan {

struct RebuildWish {
    std::string reason; ///< for people; empty: it is not built again
    /// Digest of the packages with which what is built is not published; empty: it is anyway.
    std::string unless_packages = {};
};

struct RebuildOptions {
    bool is_asked = false;
    bool looks_for_packages = true; ///< false: somebody has done so
};

/// Whether the present image of `lineage`, which is as the recipe says, is built again. One whose
/// source is gone cannot be. Requires: lineage.present.
[[nodiscard]] RebuildWish rebuild_wish(const Lineage &lineage, const Recipe &recipe,
                                       const RebuildOptions &options);

} // namespace retouch::plan
