#pragma once
// LinePattern: a Pattern that lines of a text are held against, each on its own. What
// grep -E reads in another way than RE2 is refused: it must not come to mean something else.

#include "base/pattern.hpp"

#include <string>
#include <string_view>

namespace retouch::steps {

class LinePattern {
  public:
    /// `mistake` says what is wrong with the expression, not escaped, or is empty.
    LinePattern(const std::string &expression, std::string &mistake);

    /// True when some line of `text` matches; no text is one empty line. Requires: there was no
    /// mistake. Throws Error: interrupted.
    [[nodiscard]] bool matches(std::string_view text) const;

    /// The first and longest place of `line` that matches, from `from` on. Requires: there was no
    /// mistake. Throws Error: interrupted.
    [[nodiscard]] std::optional<base::TextPart> find(std::string_view line, std::size_t from) const;

    /// "'[' is not a valid regular expression: missing ]": `mistake` as above. Escaped.
    [[nodiscard]] static std::string unusable(const std::string &expression,
                                              const std::string &mistake);

  private:
    std::optional<base::Pattern> pattern_;
};

} // namespace retouch::steps
