#pragma once
// Applied: a saved plan whose work is there already, because it or another of the same was applied.

#include "retouch/catalog.hpp"
#include "retouch/plan.hpp"

#include <optional>
#include <string>

namespace retouch::plan {

/// `target`, which stands at `place` of a plan of `recipe`, as it is planned now, when all it says
/// is done: the current generation is made of what the plan names and is what the plan would have
/// published, and nothing is left to change. Absent when there is work, or when planning fails.
/// Throws Error: interrupted.
[[nodiscard]] std::optional<Target> as_applied(const Target &target, const std::string &place,
                                               const CatalogView &catalog);

} // namespace retouch::plan
