#pragma once
// LineEdit: what one entry of `lines` does to a text. It knows nothing of files: the same edit is
// tried when a recipe is read, previewed and done.

#include "retouch/json.hpp"
#include "steps/lines/edited_text.hpp"
#include "steps/support/line_pattern.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace retouch::steps {

/// What an edit did, or why it cannot be done.
struct EditOutcome {
    std::string obstacle; ///< escaped; where there is one the text is of no use
    std::string words;    ///< "line 12 replaced"; also where nothing was to be done; may be empty
};

/// Where a line or block goes that is not there yet.
struct Anchor {
    LinePattern pattern;
    bool is_before = false; ///< the first line that matches, else behind the last one
};

class LineEdit {
  public:
    /// From the options of a step that a reader made.
    explicit LineEdit(Json options);

    /// Throws Error: interrupted.
    [[nodiscard]] EditOutcome apply(EditedText &text) const;

  private:
    [[nodiscard]] EditOutcome set_line(EditedText &text) const;
    [[nodiscard]] EditOutcome remove_lines(EditedText &text) const;
    [[nodiscard]] EditOutcome set_block(EditedText &text) const;
    [[nodiscard]] EditOutcome replace_places(EditedText &text) const;
    [[nodiscard]] EditOutcome insert(EditedText &text, const std::vector<std::string> &lines,
                                     std::string_view what) const;

    Json options_;
    std::optional<LinePattern> pattern_;
    std::optional<Anchor> anchor_;
    bool all_ = false;
};

/// The first and last line of a block.
[[nodiscard]] std::pair<std::string, std::string> block_marks(const std::string &mark);

/// The text with `with` at each place of `line` that matches; `count` tells how many there were.
[[nodiscard]] std::string replace_all(const LinePattern &pattern, const std::string &line,
                                      const std::string &with, std::size_t &count);

} // namespace retouch::steps
