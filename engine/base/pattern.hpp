#pragma once

// Pattern: a regular expression somebody wrote (RE2's syntax), found in text in time linear in its
// length; a signal ends the search. It is for all patterns of users; what a text is, and which
// lines of it count, is the caller's business.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace retouch::base {

/// What a pattern is used for.
struct PatternUse {
    std::size_t memory = std::size_t{8} << 20; ///< it may take; with less, searches are slower
    bool of_bytes = false; ///< "." stands for a byte and not a character; no byte is U+FFFD
    bool longest = false;  ///< of all that match at a place the longest counts, as in POSIX
};

/// Bytes of a text.
struct TextPart {
    std::size_t at = 0;
    std::size_t size = 0;
};

class Pattern {
  public:
    /// Nothing, and `mistake` says why, when it is no pattern RE2 can do or is too large:
    /// "missing ]: [". Not escaped, and as long as the pattern: it may quote it.
    [[nodiscard]] static std::optional<Pattern>
    compile(std::string_view expression, std::string &mistake, const PatternUse &use = {});

    /// True when it matches somewhere in `text`; "^" and "$" stand for its beginning and end, and
    /// what is not UTF-8 counts as U+FFFD. Throws Error: interrupted.
    [[nodiscard]] bool found_in(std::string_view text) const;

    /// The first place at or after `from` where it matches. What is not UTF-8 is matched by
    /// nothing. Throws Error: interrupted.
    [[nodiscard]] std::optional<TextPart> find(std::string_view text, std::size_t from) const;

    /// What a search costs for each byte, at worst; at most k_largest_size.
    [[nodiscard]] int size() const;

    static constexpr int k_largest_size = 10'000;

  private:
    explicit Pattern(std::shared_ptr<const re2::RE2> compiled);

    std::shared_ptr<const re2::RE2> compiled_;
};

} // namespace retouch::base
