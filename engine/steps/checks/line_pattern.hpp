#pragma once
// LinePattern: a Pattern that lines of a command's output are held against, each on its own. What
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

  private:
    std::optional<base::Pattern> pattern_;
};

} // namespace retouch::steps
