#pragma once
// What looking for drift found, as JSON for pipelines; docs/drift.md explains every key.

#include "retouch/drift.hpp"
#include "retouch/json.hpp"

namespace retouch::render {

/// {format_version, recipe, catalog, state, image, drift, pending, unchecked}.
[[nodiscard]] Json drift_json(const DriftReport &report);

} // namespace retouch::render
