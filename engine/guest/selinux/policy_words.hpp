#pragma once
// The lines of a policy's text files as words. They come from an image and are untrusted.

#include <string_view>
#include <vector>

namespace retouch::guest {

/// Each line that is neither empty nor a comment, its words between blanks; empty for such a line,
/// so that lines keep their numbers. They refer to `text`.
[[nodiscard]] std::vector<std::vector<std::string_view>> policy_lines(std::string_view text);

} // namespace retouch::guest
