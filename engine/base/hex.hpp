#pragma once
// Hex: how bytes are spelt, and whether a text is the spelling of bytes or of a digest. Also in
// programs that are linked with nothing else of ours.

#include <string>
#include <string_view>

namespace retouch::base {

/// Two lower-case digits for each byte.
[[nodiscard]] inline std::string to_hex(std::string_view bytes) {
    constexpr std::string_view k_digits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char letter : bytes) {
        const auto byte = static_cast<unsigned char>(letter);
        text += k_digits[byte >> 4U];
        text += k_digits[byte & 15U];
    }
    return text;
}

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
