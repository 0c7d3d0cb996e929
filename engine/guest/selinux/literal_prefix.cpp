#include "guest/selinux/literal_prefix.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace retouch::guest {

namespace {

/// The end of the class of characters that begins at `at`; a "]" in front is one of them.
std::size_t end_of_class(std::string_view expression, std::size_t at) {
    ++at;
    if (at < expression.size() && expression[at] == '^')
        ++at;
    if (at < expression.size() && expression[at] == ']')
        ++at;
    while (at < expression.size() && expression[at] != ']')
        at += expression[at] == '\\' ? 2 : 1;
    return at;
}

/// True when it may be a choice as a whole.
bool is_choice(std::string_view expression) {
    int depth = 0;
    for (std::size_t at = 0; at < expression.size(); ++at) {
        const char each = expression[at];
        if (each == '\\')
            ++at;
        else if (each == '[')
            at = end_of_class(expression, at);
        else if (each == '(' || each == ')')
            depth += each == '(' ? 1 : -1;
        else if (each == '|' && depth <= 0)
            return true;
    }
    return false;
}

/// A quantifier is about the last character, however many bytes it has.
void drop_character(std::string &text) {
    if (!text.empty())
        text.resize(base::character_start(text, text.size() - 1));
}

} // namespace

LiteralPrefix literal_prefix(std::string_view expression) {
    constexpr std::string_view k_special = ".^$?*+|[({";
    constexpr std::string_view k_quantifiers = "?*+{";
    LiteralPrefix prefix;
    if (is_choice(expression))
        return prefix;
    for (std::size_t at = 0; at < expression.size(); ++at) {
        const char each = expression[at];
        if (k_special.find(each) != std::string_view::npos) {
            if (k_quantifiers.find(each) != std::string_view::npos)
                drop_character(prefix.text);
            return prefix;
        }
        if (each == '\\' && (++at == expression.size() || base::is_alphanumeric(expression[at])))
            return prefix;
        prefix.text += expression[at];
    }
    prefix.is_all = true;
    return prefix;
}

} // namespace retouch::guest
