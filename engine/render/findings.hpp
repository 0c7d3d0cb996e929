#pragma once
// Findings of `doctor` as text and JSON.

#include "retouch/finding.hpp"
#include "retouch/json.hpp"

#include <string>
#include <vector>

namespace retouch::render {

/// A heading for each area, a line for each finding and one under it for a remedy, and last how
/// many there are of each state. Ends with a newline.
[[nodiscard]] std::string findings_text(const std::vector<Finding> &findings, bool colour);

/// {format_version, findings: [...], summary: {ok, warnings, failed}}.
[[nodiscard]] Json findings_json(const std::vector<Finding> &findings);

} // namespace retouch::render
