#pragma once
// A plan as markdown for a review system: a summary table first, one block per image to open, diffs
// in fences. It says what the text view says.

#include "retouch/plan.hpp"

#include <string>

namespace retouch {

/// Ends with a newline. A plan without changes is one line (and its marker).
[[nodiscard]] std::string plan_markdown(const Plan &plan);

} // namespace retouch
