#pragma once
// Drift summary: what looking for drift came to, in one line; every view shows it, and pipelines
// may grep for its first word.

#include "retouch/drift.hpp"

#include <string>

namespace retouch {

/// "Drift: 3 differences, 1 of which apply mends." or "No drift."; no newline.
[[nodiscard]] std::string drift_summary(const DriftReport &report);

} // namespace retouch
