#pragma once
// Report summary: what an apply came to, in one line.

#include "retouch/report.hpp"

#include <string>

namespace retouch::render {

/// True when an image is as it should be and something about it is left to the next run.
[[nodiscard]] bool is_unfinished(const Report &report);

/// "Done: 1 image published, ...", "Failed: ..." or "Unfinished: ..."; no newline.
[[nodiscard]] std::string report_summary(const Report &report);

} // namespace retouch::render
