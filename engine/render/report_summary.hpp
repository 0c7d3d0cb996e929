#pragma once
// Report summary: what an apply came to, in one line.

#include "retouch/report.hpp"

#include <string>

namespace retouch {

/// "Done: 1 image published, ..." or "Failed: ..."; no newline.
[[nodiscard]] std::string report_summary(const Report &report);

} // namespace retouch
