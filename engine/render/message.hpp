#pragma once
// Message: an error or warning for a terminal, as lines of bounded length. What it quotes may come
// from an image or a server; its beginning and its end tell more than its middle.

#include <cstddef>
#include <string>
#include <string_view>

namespace retouch::render {

/// `text` escaped once more (which changes nothing that is escaped), each line behind the first
/// indented by `indent` blanks in all; long lines lose their middle, long lists their end. No final
/// line end.
/// A list in it stands below its first line, or, with `deeper_lists`, two columns further in.
[[nodiscard]] std::string message_text(std::string_view text, std::size_t indent,
                                       bool deeper_lists = false);

/// One line of at most some `limit` bytes, escaped, tabs too unless `keep_tabs`: the middle of a
/// longer one is left out.
[[nodiscard]] std::string shortened_line(std::string_view line, std::size_t limit,
                                         bool keep_tabs = false);

} // namespace retouch::render
