#pragma once
// Output lines: the end of a command's output, cut to a number of lines, with a note about what is
// missing before it. The lines are escaped; how they are indented is the view's business.

#include "retouch/step.hpp"

#include <string>
#include <vector>

namespace retouch::render {

/// At most `limit` lines, and one more before them when something is left out.
[[nodiscard]] std::vector<std::string> output_lines(const OutputTail &output, std::size_t limit);

} // namespace retouch::render
