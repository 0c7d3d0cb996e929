#pragma once
// Markdown cut: our markdown made short enough for a review system, which refuses what is too long.
// It knows the blocks that markdown.hpp makes, not all of markdown.

#include <cstddef>
#include <string>

namespace retouch::render {

/// `text` when it has at most `max_bytes`; else its beginning and its end, with a remark between
/// them that says how much is left out. Fences and blocks to open stay balanced. Requires:
/// `max_bytes` of at least 1,000, and `text` made by markdown.hpp.
[[nodiscard]] std::string cut_markdown(const std::string &text, std::size_t max_bytes);

} // namespace retouch::render
