#pragma once
// A report as markdown for a review system: a summary table, then a block per image to open.

#include "retouch/report.hpp"

#include <string>

namespace retouch {

/// Ends with a newline.
[[nodiscard]] std::string report_markdown(const Report &report);

} // namespace retouch
