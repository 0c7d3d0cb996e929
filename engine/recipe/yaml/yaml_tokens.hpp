#pragma once
// Tokens: where the tokens of a YAML text end. Pure functions over the text; no indentation, no
// nesting, no judgement beyond "this never ends".

#include <optional>
#include <string_view>

namespace retouch::recipe {

/// Space or tab.
[[nodiscard]] bool is_blank(char c);

/// True at the end of a line or of the text.
[[nodiscard]] bool at_line_end(std::string_view text, std::size_t offset);

/// True at a blank, at a line's end or at the text's end.
[[nodiscard]] bool at_gap(std::string_view text, std::size_t offset);

[[nodiscard]] std::size_t line_end(std::string_view text, std::size_t offset);

/// Past blanks on this line.
[[nodiscard]] std::size_t skip_blanks(std::string_view text, std::size_t offset);

/// True when only blanks and a comment are left of the line. A comment needs a gap before it.
[[nodiscard]] bool only_comment_left(std::string_view text, std::size_t offset);

/// True at "---" or "..." that stands alone at the start of a line.
[[nodiscard]] bool at_document_marker(std::string_view text, std::size_t offset);

/// End of the plain scalar that starts at `offset`, trailing blanks not included. It ends with the
/// line, before " #", before ": ", and in flow also before , [ ] { }.
[[nodiscard]] std::size_t plain_end(std::string_view text, std::size_t offset, bool in_flow);

/// End of the part that the line at `line` adds to a plain scalar above it, in a collection at
/// column `parent`; nullopt when it is no plain text that goes on. In flow a quote begins what
/// lacks a comma before it.
[[nodiscard]] std::optional<std::size_t> continued_end(std::string_view text, std::size_t line,
                                                       std::size_t parent, bool in_flow);

/// End of a plain scalar whose first line ends at `end`, with all lines on which it goes on.
[[nodiscard]] std::size_t plain_end_over_lines(std::string_view text, std::size_t end,
                                               std::size_t parent, bool in_flow);

/// Offset behind the closing quote of the quoted scalar that starts at `offset`; nullopt when it is
/// never closed.
[[nodiscard]] std::optional<std::size_t> quoted_end(std::string_view text, std::size_t offset);

/// The text at `offset` starts a key with its colon, or a list entry.
[[nodiscard]] bool at_entry(std::string_view text, std::size_t offset);

/// True at a colon that separates a key from its value.
[[nodiscard]] bool at_key_colon(std::string_view text, std::size_t offset, bool in_flow,
                                bool after_quote);

} // namespace retouch::recipe
