#pragma once
// Effect markdown: what a rehearsal saw, as blocks of a plan's markdown. It says what
// effect_text.hpp says; what is wrong comes first and is never folded.

#include "retouch/plan.hpp"

#include <string>

namespace retouch::render {

/// A row per target that was rehearsed, and below what is wrong with each; empty when none was.
[[nodiscard]] std::string rehearsal_markdown(const Plan &plan);

/// What is wrong with a target that was rehearsed, as a list; empty when nothing is.
[[nodiscard]] std::string problems_markdown(const Target &target);

/// A block to open for one step; empty when it was not rehearsed or there is nothing in it.
[[nodiscard]] std::string rehearsed_step_markdown(const PlannedStep &step, const Target &target,
                                                  bool diffs);

} // namespace retouch::render
