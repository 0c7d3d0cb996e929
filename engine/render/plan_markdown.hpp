#pragma once
// A plan as markdown for a review system: a summary table first, one block per image to open, diffs
// in fences. It says what the text view says.

#include "retouch/plan.hpp"

#include <cstddef>
#include <string>

namespace retouch {

/// What review systems take as one comment, with room for what a poster adds.
inline constexpr std::size_t k_markdown_bytes = 60'000;

/// Ends with a newline. A plan without changes is one line (and its marker). What is longer than
/// `max_bytes` is cut in the middle; at least 1,000.
[[nodiscard]] std::string plan_markdown(const Plan &plan, std::size_t max_bytes = k_markdown_bytes);

} // namespace retouch
