#pragma once
// What looking for drift found, as text.

#include "retouch/drift.hpp"

#include <string>

namespace retouch::render {

/// Recipe and image, a paragraph for each difference, what is pending and what was not looked at,
/// and last the summary. Ends with a newline.
[[nodiscard]] std::string drift_text(const DriftReport &report, bool colour);

} // namespace retouch::render
