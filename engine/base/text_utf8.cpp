// UTF-8: checking, counting, repairing and escaping untrusted bytes.
// One strict decoder (no surrogates, no overlong forms, nothing above U+10FFFF) serves all of it.
// It does not normalise and knows no widths.

#include "base/text.hpp"

#include <fmt/format.h>

#include <iterator>

namespace retouch {

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

/// Characters that could move the cursor, hide text or reorder it on a terminal, and those that
/// nobody sees: control characters, line separators, the direction of text, and what is zero wide
/// but the joiners that some scripts need (U+200C and U+200D).
bool is_unsafe(char32_t point) {
    const auto within = [point](char32_t low, char32_t high) {
        return point >= low && point <= high;
    };
    return point < 0x20 || within(0x7F, 0x9F) || point == 0x00AD || point == 0x061C ||
           point == 0x180E || point == 0x200B || within(0x200E, 0x200F) || within(0x2028, 0x202E) ||
           within(0x2060, 0x206F) || point == 0xFEFF || within(0xFFF9, 0xFFFB) ||
           within(0xE0000, 0xE007F);
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

std::size_t code_points(std::string_view text) {
    std::size_t count = 0;
    while (!text.empty()) {
        const Decoded next = decode(text);
        count += next.valid ? 1 : next.length;
        text.remove_prefix(next.length);
    }
    return count;
}

} // namespace retouch
