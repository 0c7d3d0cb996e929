#pragma once
// Excerpt: one line of a user's file made fit to print: escaped, tabs expanded, cut to a width
// around a column. It does not know why the line is shown.

#include <string>
#include <string_view>

namespace retouch::render {

struct Excerpt {
    std::string text;
    std::size_t caret = 0; ///< columns of `text` before the wanted column
};

/// `column` counts code points from 1; behind the end of the line is allowed.
[[nodiscard]] Excerpt make_excerpt(std::string_view line, int column, std::size_t width);

} // namespace retouch::render
