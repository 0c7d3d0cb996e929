#include "steps/support/line_pattern.hpp"

#include "steps/support/command_entry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cctype>

namespace retouch::steps {

namespace {

constexpr std::size_t k_length_bound = 512;

struct Other {
    std::string_view written;
    std::string_view advice;
};

/// After a backslash, beside what is no letter and no digit.
constexpr std::string_view k_known_escapes = "sSdDwWbBpPt";

constexpr std::array<Other, 8> k_others = {{
    {"*?", "a count is written once: x*, not x*?"},
    {"+?", "a count is written once: x+, not x+?"},
    {"??", "a count is written once: x?, not x??"},
    {"\\<", "the beginning of a word is written \\b, not \\<"},
    {"\\>", "the end of a word is written \\b, not \\>"},
    {"{,", "a count without a lower bound is written {0,n}, not {,n}"},
    {"[.", "[.x.] is not known; list the characters"},
    {"[=", "[=x=] is not known; list the characters"},
}};

/// Advice on the first part that grep -E reads in another way, or nothing.
std::string other_meaning(std::string_view expression) {
    bool in_brackets = false;
    for (std::size_t at = 0; at < expression.size(); ++at) {
        const std::string_view rest = expression.substr(at);
        for (const auto &[written, advice] : k_others)
            if (rest.starts_with(written) && in_brackets == (written.front() == '['))
                return std::string(advice);
        if (rest.front() == '\\') {
            if (!in_brackets && rest.size() > 1 &&
                std::isalpha(static_cast<unsigned char>(rest[1])) &&
                k_known_escapes.find(rest[1]) == std::string_view::npos)
                return fmt::format("\\{} is not known; \\s, \\d, \\w and \\b are", rest[1]);
            ++at;
        } else if (!in_brackets && rest.front() == '[') {
            in_brackets = true;
            at += rest.starts_with("[^") ? 1 : 0;
            at += expression.substr(at + 1).starts_with(']') ? 1 : 0;
        } else if (rest.starts_with("[:")) {
            at = std::min(expression.find(":]", at), expression.size() - 2) + 1;
        } else if (rest.front() == ']') {
            in_brackets = false;
        }
    }
    return {};
}

} // namespace

LinePattern::LinePattern(const std::string &expression, std::string &mistake) {
    mistake = expression.size() > k_length_bound ? "it is longer than 512 bytes"
                                                 : other_meaning(expression);
    if (mistake.empty())
        pattern_ = base::Pattern::compile(expression, mistake, {.longest = true});
}

std::string LinePattern::unusable(const std::string &expression, const std::string &mistake) {
    return fmt::format("'{}' is not a valid regular expression: {}", first_line(expression),
                       first_line(mistake));
}

std::optional<base::TextPart> LinePattern::find(std::string_view line, std::size_t from) const {
    assert(pattern_);
    return pattern_->find(line, from);
}

bool LinePattern::matches(std::string_view text) const {
    assert(pattern_);
    do {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (pattern_->found_in(text.substr(0, end)))
            return true;
        text.remove_prefix(std::min(end + 1, text.size()));
    } while (!text.empty());
    return false;
}

} // namespace retouch::steps
