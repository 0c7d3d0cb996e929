// Name rule: one judgement for recipes, command lines and saved plans.
// Which characters are unsafe is the escaping's knowledge; here they are only told.

#include "base/name_rule.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace retouch {

namespace {

/// Blanks of Unicode 15 (White_Space) beside those that are control characters or line separators.
constexpr std::array<std::string_view, 17> k_blanks = {
    " ",      "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005",
    "\u2006", "\u2007", "\u2008", "\u2009", "\u200A", "\u202F", "\u205F", "\u3000"};

bool begins_with_blank(std::string_view text) {
    return std::ranges::any_of(k_blanks, [&](auto blank) { return text.starts_with(blank); });
}

bool ends_with_blank(std::string_view text) {
    return std::ranges::any_of(k_blanks, [&](auto blank) { return text.ends_with(blank); });
}

/// Whether one part between slashes is `.` or `..`, so that a script that writes a file of this
/// name writes it elsewhere. "." alone and "a/./b" too.
bool leads_elsewhere(std::string_view text) {
    while (true) {
        const auto slash = text.find('/');
        const std::string_view part = text.substr(0, slash);
        if (part == "." || part == "..")
            return true;
        if (slash == std::string_view::npos)
            return false;
        text.remove_prefix(slash + 1);
    }
}

} // namespace

std::optional<std::string> why_no_name(std::string_view text) {
    if (const auto unsafe = unsafe_character(text))
        return fmt::format("may not hold the character {}", escape(*unsafe));
    if (begins_with_blank(text))
        return "may not begin with a blank";
    if (ends_with_blank(text))
        return "may not end with a blank";
    if (leads_elsewhere(text))
        return "may not have '.' or '..' as a part of a path";
    return std::nullopt;
}

} // namespace retouch
