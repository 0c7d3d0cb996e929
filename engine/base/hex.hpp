#pragma once
// Hex: whether a text is the spelling of bytes or of a digest.

#include <string_view>

namespace retouch::base {

/// Lower-case hexadecimal digits, at least one.
[[nodiscard]] inline bool is_lower_hex(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// 64 of them.
[[nodiscard]] inline bool is_sha256(std::string_view text) {
    constexpr std::size_t k_digits = 64;
    return text.size() == k_digits && is_lower_hex(text);
}

} // namespace retouch::base
