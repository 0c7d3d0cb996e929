#pragma once
// Drift summary: what looking for drift came to, in one line; every view shows it, and pipelines
// may grep for its first word.

#include "retouch/drift.hpp"

#include <string>

namespace retouch::render {

/// "Drift: 3 differences; apply fixes 1 of them.", "Drift: 1 difference; apply does not fix it.",
/// "No drift." or, without an image, "Nothing to compare."; then what is pending and what was not
/// looked at: " 2 pending. 1 not looked at."; no newline.
[[nodiscard]] std::string drift_summary(const DriftReport &report);

} // namespace retouch::render
