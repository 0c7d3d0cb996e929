// Plan: what a plan as a whole says.
// How it becomes JSON and comes back is in documents.cpp and plan_reader.cpp.
// Whether the world still fits is the plan layer's question.

#include "retouch/plan.hpp"

#include <algorithm>

namespace retouch {

bool Plan::has_changes() const {
    return std::ranges::any_of(targets,
                               [](const Target &target) { return is_work(target.action); });
}

std::vector<const PlannedRecipe *> Plan::recipes() const {
    std::vector<const PlannedRecipe *> found;
    for (const Target &target : targets)
        if (std::ranges::none_of(
                found, [&](const PlannedRecipe *recipe) { return *recipe == target.recipe; }))
            found.push_back(&target.recipe);
    return found;
}

} // namespace retouch
