#pragma once
// Many sources: a recipe whose source is several images is a recipe for each of them. Which they
// are, names and patterns say, looked for among images that are visible.

#include "plan/check.hpp"
#include "retouch/catalog.hpp"

#include <vector>

namespace retouch::plan {

/// `checked` once for each image its source means, ordered as the recipe has them, those of a
/// pattern by name; itself alone where it names one. Throws Error: failed, for a pattern that no
/// image matches.
[[nodiscard]] std::vector<CheckedRecipe> for_each_source(const CheckedRecipe &checked,
                                                         const CatalogView &catalog);

} // namespace retouch::plan
