// UTF-8: checking, counting, repairing and escaping untrusted bytes.
// One strict decoder (no surrogates, no overlong forms, nothing above U+10FFFF) serves all of it.
// It does not normalise and knows no widths.

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace retouch::base {

namespace {

/// What stands at the start of some bytes: a code point, or `length` bytes that cannot be one.
struct Decoded {
    char32_t point = 0;
    std::size_t length = 1;
    bool valid = false;
};

unsigned byte_at(std::string_view bytes, std::size_t index) {
    return static_cast<unsigned char>(bytes[index]);
}

struct Lead {
    std::size_t length = 0; ///< of the whole sequence; 0 when this byte cannot start one
    unsigned bits = 0;      ///< what the first byte contributes
    unsigned low = 0x80;    ///< bounds of the second byte, which exclude overlong forms,
    unsigned high = 0xBF;   ///< surrogates and everything above U+10FFFF
};

Lead lead_of(unsigned byte) {
    if (byte >= 0xC2 && byte <= 0xDF)
        return {2, byte & 0x1FU};
    if (byte >= 0xE0 && byte <= 0xEF)
        return {3, byte & 0x0FU, byte == 0xE0 ? 0xA0U : 0x80U, byte == 0xED ? 0x9FU : 0xBFU};
    if (byte >= 0xF0 && byte <= 0xF4)
        return {4, byte & 0x07U, byte == 0xF0 ? 0x90U : 0x80U, byte == 0xF4 ? 0x8FU : 0xBFU};
    return {};
}

/// Requires: `bytes` not empty. An invalid sequence is as long as its longest sound beginning.
Decoded decode(std::string_view bytes) {
    const unsigned first = byte_at(bytes, 0);
    if (first < 0x80)
        return {first, 1, true};
    const Lead lead = lead_of(first);
    if (lead.length == 0)
        return {};
    char32_t point = lead.bits;
    for (std::size_t i = 1; i < lead.length; ++i) {
        const unsigned next = i < bytes.size() ? byte_at(bytes, i) : 0;
        const bool sound = i == 1 ? next >= lead.low && next <= lead.high : (next & 0xC0U) == 0x80U;
        if (!sound)
            return {0, i, false};
        point = (point << 6U) | (next & 0x3FU);
    }
    return {point, lead.length, true};
}

struct Range {
    char32_t low = 0;
    char32_t high = 0;
};

/// Ascending. Control characters; what reorders text or breaks lines; what Unicode lets programs
/// ignore (Default_Ignorable_Code_Point) and what is drawn blank, so that nobody sees it: fillers,
/// selectors of variants, tags, layout; what means nothing or what somebody agreed upon: no
/// characters, private use. Left out are blanks that have a width and the joiners that some scripts
/// need (U+200C and U+200D). Selectors beside emoji are no exception: each of the 256 would hide a
/// byte, and a text that is approved has to be seen whole.
constexpr Range k_unsafe[] = {
    {0x0, 0x1F},        {0x7F, 0x9F},       {0xAD, 0xAD},       {0x34F, 0x34F},
    {0x61C, 0x61C},     {0x115F, 0x1160},   {0x17B4, 0x17B5},   {0x180B, 0x180F},
    {0x200B, 0x200B},   {0x200E, 0x200F},   {0x2028, 0x202E},   {0x2060, 0x206F},
    {0x2800, 0x2800},   {0x3164, 0x3164},   {0xE000, 0xF8FF},   {0xFDD0, 0xFDEF},
    {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFC},
    {0x13430, 0x13442}, {0x16FE4, 0x16FE4}, {0x1BCA0, 0x1BCA3}, {0x1D159, 0x1D159},
    {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}, {0xF0000, 0x10FFFF}};

bool is_unsafe(char32_t point) {
    const auto *range = std::ranges::lower_bound(k_unsafe, point, {}, &Range::high);
    const bool no_character = (point & 0xFFFEU) == 0xFFFE;
    return no_character || (range != std::end(k_unsafe) && point >= range->low);
}

} // namespace

std::string escape(std::string_view bytes, bool keep_newlines) {
    std::string result;
    result.reserve(bytes.size());
    const auto out = std::back_inserter(result);
    while (!bytes.empty()) {
        const Decoded next = decode(bytes);
        const bool kept = keep_newlines && (next.point == U'\n' || next.point == U'\t');
        if (!next.valid)
            for (std::size_t i = 0; i < next.length; ++i)
                fmt::format_to(out, "\\x{:02x}", byte_at(bytes, i));
        else if (!is_unsafe(next.point) || kept)
            result += bytes.substr(0, next.length);
        else if (next.point < 0x80)
            fmt::format_to(out, "\\x{:02x}", static_cast<unsigned>(next.point));
        else
            fmt::format_to(out, "\\u{{{:x}}}", static_cast<unsigned>(next.point));
        bytes.remove_prefix(next.length);
    }
    return result;
}

std::string to_valid_utf8(std::string_view bytes) {
    std::string result;
    result.reserve(bytes.size());
    while (!bytes.empty()) {
        const Decoded next = decode(bytes);
        result += next.valid ? bytes.substr(0, next.length) : std::string_view("\xEF\xBF\xBD");
        bytes.remove_prefix(next.length);
    }
    return result;
}

std::optional<std::size_t> invalid_utf8(std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const Decoded next = decode(bytes.substr(at));
        if (!next.valid)
            return at;
        at += next.length;
    }
    return std::nullopt;
}

std::optional<std::string_view> unsafe_character(std::string_view text) {
    while (!text.empty()) {
        const Decoded next = decode(text);
        if (!next.valid || is_unsafe(next.point))
            return text.substr(0, next.length);
        text.remove_prefix(next.length);
    }
    return std::nullopt;
}

CodePoint first_code_point(std::string_view text) {
    const Decoded first = decode(text);
    return {first.point, first.length};
}

std::size_t character_start(std::string_view text, std::size_t offset) {
    if (offset >= text.size())
        return text.size();
    while (offset > 0 && (byte_at(text, offset) & 0xC0U) == 0x80U)
        --offset;
    return offset;
}

std::string_view first_code_points(std::string_view text, std::size_t count) {
    std::size_t end = 0;
    for (; count > 0 && end < text.size(); --count)
        end += decode(text.substr(end)).length;
    return text.substr(0, end);
}

std::string clipped(std::string_view text, std::size_t limit, bool keep_tabs) {
    if (text.size() <= limit)
        return escape(text, keep_tabs);
    return escape(text.substr(0, character_start(text, limit)), keep_tabs) + "...";
}

std::size_t code_points(std::string_view text) {
    std::size_t count = 0;
    while (!text.empty()) {
        const Decoded next = decode(text);
        count += next.valid ? 1 : next.length;
        text.remove_prefix(next.length);
    }
    return count;
}

} // namespace retouch::base
