#pragma once
// Step order: where late steps run, and the numbers steps have in a plan.

#include "retouch/step_kind.hpp"

#include <vector>

namespace retouch::plan {

/// Of kinds with a greater one, cleanup and checks, steps come behind late ones.
inline constexpr int k_late_order = 28;

/// Puts late steps before the first that cleans or checks. Requires: the others are in order.
void move_late(std::vector<Step> &steps);

/// An error for each late step: their place is given already.
void refuse_late(const std::vector<Step> &steps, const ReadContext &context, Diagnostics &found);

/// Gives each its id: its kind and the number of steps of that kind before it.
void number(std::vector<Step> &steps);

} // namespace retouch::plan
