#pragma once
// Effect text: what a rehearsal saw, as lines of a plan's text: under each step, and for the target
// as a whole. Nothing of it is there for what was not rehearsed.

#include "render/style.hpp"
#include "retouch/plan.hpp"

#include <string>

namespace retouch::render {

/// Lines of a unified diff for the terminal; already safe to print.
[[nodiscard]] std::string diff_line_text(const std::string &line, const Style &style);

/// How the step ended, the output that tells why, what it changed; empty when not rehearsed.
[[nodiscard]] std::string rehearsed_step_text(const PlannedStep &step, const Target &target,
                                              const Style &style);

/// What is wrong, and one line that sums up; empty when not rehearsed.
[[nodiscard]] std::string rehearsal_text(const Target &target, const Style &style);

} // namespace retouch::render
