#pragma once
// Building again what is as the recipe says already: because somebody asks, or by its age.

#include "plan/lineage.hpp"
#include "retouch/recipe.hpp"

#include <string>

namespace retouch::plan {

/// Why the present image of `lineage`, which is as the recipe says, is built again, for people;
/// empty when it is not. One whose source is gone cannot be. Requires: lineage.present.
[[nodiscard]] std::string reason_to_rebuild(const Lineage &lineage, const Recipe &recipe,
                                            bool is_asked);

} // namespace retouch::plan
