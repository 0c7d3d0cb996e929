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

} // namespace retouch
