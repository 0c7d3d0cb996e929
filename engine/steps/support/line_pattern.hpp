#pragma once
// LinePattern: a POSIX extended regular expression matched against lines, bounded so that no recipe
// can make it eat memory: 512 bytes, no back references, repetitions of at most 1,000 in all.

#include <memory>
#include <string>
#include <string_view>

namespace retouch {

class LinePattern {
  public:
    /// `mistake` says what is wrong with the expression, or is empty.
    LinePattern(const std::string &expression, std::string &mistake);
    ~LinePattern();
    LinePattern(const LinePattern &) = delete;
    LinePattern &operator=(const LinePattern &) = delete;

    /// True when some line of `text` matches. Requires: there was no mistake.
    [[nodiscard]] bool matches(std::string_view text) const;

  private:
    struct Compiled;
    std::unique_ptr<Compiled> compiled_;
};

} // namespace retouch
