#pragma once
// Drift summary: what looking for drift came to, in one line; every view shows it, and pipelines
// may grep for its first word.

#include "retouch/drift.hpp"

#include <string>

namespace retouch {

/// "Drift: 3 differences; apply mends 1 of them." or "No drift.", and what is pending or was not
/// looked at; no newline.
[[nodiscard]] std::string drift_summary(const DriftReport &report);

} // namespace retouch
