#pragma once
// A report as markdown for a review system: a summary table, then a block per image to open.

#include "retouch/report.hpp"

#include <string>

namespace retouch::render {

/// Ends with a newline. Not `marked`: one of several in a document.
[[nodiscard]] std::string report_markdown(const Report &report, bool marked = true);

} // namespace retouch::render
