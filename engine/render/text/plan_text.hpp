#pragma once
// A plan as text for a terminal or a log: what would be made, step by step with marks and origins,
// and one line that sums it up. It shows the plan as it is and decides nothing.

#include "retouch/plan.hpp"

#include <string>

namespace retouch::render {

/// Lines of a diff shown in text and markdown; the JSON form always holds all of it.
inline constexpr std::size_t k_diff_lines_shown = 200;

/// Bytes of a line of a diff shown; what will run is shown whole.
inline constexpr std::size_t k_diff_line_bytes_shown = 2000;

/// Ends with a newline.
[[nodiscard]] std::string plan_text(const Plan &plan, bool colour);

} // namespace retouch::render
