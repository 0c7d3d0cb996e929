#pragma once

// Plans for tests: one that uses every member, and random ones.

#include "retouch/plan.hpp"

#include <random>

namespace retouch {

[[nodiscard]] Plan sample_plan();

/// What a rehearsal in Ceph keeps.
[[nodiscard]] KeptStage sample_kept_stage();

/// Any strings, any amounts, any JSON in the options; everything a planner could hold and more.
[[nodiscard]] Plan random_plan(std::mt19937 &random);

} // namespace retouch
