#pragma once
// A report as text: per image its outcome, every step with its time and output, where the time
// went.

#include "retouch/report.hpp"

#include <string>

namespace retouch::render {

/// Lines of a command's output shown when it went well, and when it failed.
inline constexpr std::size_t k_output_lines_ok = 5;
inline constexpr std::size_t k_output_lines_failed = 40;

/// Ends with a newline.
[[nodiscard]] std::string report_text(const Report &report, bool colour);

} // namespace retouch::render
