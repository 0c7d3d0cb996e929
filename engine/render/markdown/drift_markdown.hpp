#pragma once
// What looking for drift found, as markdown for an issue or a chat.

#include "retouch/drift.hpp"

#include <string>

namespace retouch::render {

/// Summary first, then a table of the differences. Ends with a newline.
[[nodiscard]] std::string drift_markdown(const DriftReport &report, bool marked = true);

} // namespace retouch::render
