#pragma once
// Markdown: the few building blocks of our documents for review systems, made so that nothing a
// recipe, an image or a guest says can end a fence, a cell or a tag. It is not a writer for all of
// it.

#include <string>
#include <string_view>
#include <vector>

namespace retouch::render {

/// An inline code span; empty for empty text.
[[nodiscard]] std::string markdown_code(std::string_view text);

/// The same for a cell of a table, where a bar would end the cell even inside code.
[[nodiscard]] std::string markdown_cell(std::string_view text);

/// A fenced block whose fence is longer than any run of backticks inside. Ends with a newline.
[[nodiscard]] std::string markdown_fence(std::string_view language, std::string_view text);

/// Plain words with everything that markdown or HTML would act on taken away.
[[nodiscard]] std::string markdown_words(std::string_view text);

/// Header row, rule and rows; cells must be safe already. Empty without rows.
[[nodiscard]] std::string markdown_table(const std::vector<std::string> &header,
                                         const std::vector<std::vector<std::string>> &rows);

/// A block that opens on a click. `summary` must be safe already.
[[nodiscard]] std::string markdown_details(std::string_view summary, std::string_view body);

/// An invisible line by which a poster finds the comment it wrote before; without a name for a
/// document of several.
[[nodiscard]] std::string markdown_marker(std::string_view kind, std::string_view name);

} // namespace retouch::render
