// Name rule: one judgement for recipes, command lines and saved plans.
// Which characters are unsafe is the escaping's knowledge; here they are only told.

#include "base/name_rule.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace retouch::base {

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

/// Escaping keeps them, for the scripts that need them.
constexpr std::array<std::string_view, 2> k_joiners = {"\u200C", "\u200D"};

bool is_joiner(std::string_view character) {
    return std::ranges::find(k_joiners, character) != k_joiners.end();
}

/// A joiner that has no letter beyond ASCII on both sides, so that nobody sees it.
std::optional<std::string_view> idle_joiner(std::string_view text) {
    constexpr std::size_t size = k_joiners[0].size();
    const auto joins = [&](std::size_t at) { return static_cast<unsigned char>(text[at]) >= 0x80; };
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!is_joiner(text.substr(at, size)))
            continue;
        const std::size_t next = at + size;
        if (at == 0 || next == text.size() || !joins(at - 1) || !joins(next) ||
            is_joiner(text.substr(next, size)))
            return text.substr(at, size);
    }
    return std::nullopt;
}

/// Whether one part between slashes is `.` or `..`, so that a script that writes a file of this
/// name writes it elsewhere. "." alone and "a/./b" too.
bool leads_elsewhere(std::string_view text) {
    return std::ranges::any_of(split(text, '/'),
                               [](const std::string &part) { return part == "." || part == ".."; });
}

} // namespace

std::optional<std::string> why_no_name(std::string_view text) {
    if (const auto unsafe = unsafe_character(text))
        return fmt::format("may not hold the character {}", escape(*unsafe));
    if (const auto joiner = idle_joiner(text))
        return fmt::format("may not hold the character \\u{{{}}} where it joins nothing",
                           *joiner == k_joiners[0] ? "200c" : "200d");
    if (begins_with_blank(text))
        return "may not begin with a blank";
    if (ends_with_blank(text))
        return "may not end with a blank";
    if (leads_elsewhere(text))
        return "may not have '.' or '..' as a part of a path";
    return std::nullopt;
}

bool is_system_name(std::string_view text) {
    constexpr std::size_t k_longest = 63;
    return !text.empty() && text.size() <= k_longest &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") == text.npos;
}

} // namespace retouch::base
