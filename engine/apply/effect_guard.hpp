#pragma once

// The guard between steps and publishing: what the steps did is held against the limits of the
// recipe and against the rehearsal the plan was approved by.

#include "retouch/plan.hpp"
#include "retouch/report.hpp"

#include <vector>

namespace retouch::apply {

/// True when apply must observe what the steps of `target` do.
[[nodiscard]] bool needs_observing(const Target &target);

/// What the observed steps of `report` did that the limits forbid.
[[nodiscard]] std::vector<Violation> violations_of(const Target &target,
                                                   const TargetReport &report);

/// Throws Error: refused, naming each step and path, when the steps went beyond the limits or did
/// something else than in the rehearsal. Requires: needs_observing() steps were observed.
void require_allowed(const Target &target, const TargetReport &report);

} // namespace retouch::apply
