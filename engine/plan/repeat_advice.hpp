#pragma once
// Repeat advice: what the author of a recipe could do about steps that change the image again when
// they run a second time.

#include "retouch/plan.hpp"

namespace retouch::plan {

/// Sets RehearsedStep::advice of every step that changed something again, by its kind's word.
/// Thread-safe for distinct targets.
void add_advice(Target &target);

} // namespace retouch::plan
