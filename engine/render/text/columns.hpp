#pragma once
// Columns: what lines the words of the text views up. Widths count code points, as a terminal shows
// them; nothing is ever cut.

#include <cstddef>
#include <string>
#include <string_view>

namespace retouch::render {

/// Summaries are padded to the widest one up to this width, so that what follows lines up.
inline constexpr std::size_t k_widest_summary = 72;

/// The blanks that `text` lacks to `width` code points.
[[nodiscard]] std::string padding(std::string_view text, std::size_t width);

/// The text, and blanks behind it until it is `width` code points wide.
[[nodiscard]] std::string padded(std::string_view text, std::size_t width);

} // namespace retouch::render
