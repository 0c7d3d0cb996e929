#pragma once
// Samples: plans, reports and images that show every element of a view, and hostile strings.

#include "retouch/plan.hpp"
#include "retouch/report.hpp"

namespace retouch {

/// Creates a new image; every state of step, property and policy occurs.
[[nodiscard]] Plan plan_to_create();

/// Bytes stay, properties and fields converge.
[[nodiscard]] Plan plan_to_update();

[[nodiscard]] Plan plan_without_changes();

/// Escape sequences, backticks, pipes, tags and bidi controls wherever a string may stand.
[[nodiscard]] Plan hostile_plan();

/// Published, with steps that changed, ran with output, were skipped, and a check that passed.
[[nodiscard]] Report good_report();

/// A command failed, the rest was not reached.
[[nodiscard]] Report failed_report();

[[nodiscard]] Report hostile_report();

[[nodiscard]] Image sample_image();

} // namespace retouch
