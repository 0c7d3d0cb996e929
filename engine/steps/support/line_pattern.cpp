// LinePattern over the C library's regular expressions.
// std::regex overflows its stack on long lines; this one does not, but nested repetitions make it
// allocate without bound, so they are counted before it sees them.

#include "steps/support/line_pattern.hpp"

#include <array>
#include <cassert>
#include <regex.h>

namespace retouch {

namespace {

constexpr std::size_t k_length_bound = 512;
constexpr unsigned k_repetition_bound = 1000;

/// The largest number inside the braces that begin at `at`.
unsigned largest_count(std::string_view expression, std::size_t at) {
    unsigned largest = 1;
    unsigned count = 0;
    for (++at; at < expression.size() && expression[at] != '}'; ++at) {
        const char each = expression[at];
        count = each >= '0' && each <= '9' ? count * 10 + static_cast<unsigned>(each - '0') : 0;
        count = std::min(count, k_repetition_bound + 1);
        largest = std::max(largest, count);
    }
    return largest;
}

std::string bound_mistake(std::string_view expression) {
    if (expression.size() > k_length_bound)
        return "it is longer than 512 bytes";
    unsigned repetitions = 1;
    for (std::size_t at = 0; at < expression.size(); ++at) {
        if (expression[at] == '\\' && ++at < expression.size()) {
            if (expression[at] >= '1' && expression[at] <= '9')
                return "it refers back to a group";
        } else if (expression[at] == '{') {
            repetitions *= largest_count(expression, at);
            if (repetitions > k_repetition_bound)
                return "it repeats more than 1,000 times";
        }
    }
    return {};
}

} // namespace

struct LinePattern::Compiled {
    regex_t regex{};
};

LinePattern::LinePattern(const std::string &expression, std::string &mistake) {
    mistake = bound_mistake(expression);
    if (!mistake.empty())
        return;
    auto compiled = std::make_unique<Compiled>();
    const int code =
        regcomp(&compiled->regex, expression.c_str(), REG_EXTENDED | REG_NEWLINE | REG_NOSUB);
    if (code != 0) {
        std::array<char, 256> text{};
        regerror(code, &compiled->regex, text.data(), text.size());
        mistake = text.data();
        return;
    }
    compiled_ = std::move(compiled);
}

LinePattern::~LinePattern() {
    if (compiled_)
        regfree(&compiled_->regex);
}

bool LinePattern::matches(std::string_view text) const {
    assert(compiled_);
    regmatch_t range{};
    range.rm_eo = static_cast<regoff_t>(text.size());
    return regexec(&compiled_->regex, text.data(), 1, &range, REG_STARTEND) == 0;
}

} // namespace retouch
