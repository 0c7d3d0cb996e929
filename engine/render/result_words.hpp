#pragma once
// Result words: how a rehearsed step ended, in a line that every view of plans shows. Safe to
// print.

#include "retouch/plan.hpp"

#include <string>

namespace retouch::render {

/// How a step ended and what it changed, counted: "ran, exit status 0; 3 files". Requires: it was
/// rehearsed.
[[nodiscard]] std::string result_words(const PlannedStep &step);

} // namespace retouch::render
