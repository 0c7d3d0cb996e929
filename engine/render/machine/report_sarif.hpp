#pragma once
// SARIF: mistakes in recipes for code scanning and editors, in the static-analysis interchange
// format, version 2.1.0.

#include "retouch/diagnostics.hpp"
#include "retouch/json.hpp"

#include <vector>

namespace retouch::render {

/// The log of one run of `check`. Columns count code points, as ours do.
[[nodiscard]] Json sarif_of_check(const std::vector<Diagnostic> &diagnostics);

} // namespace retouch::render
