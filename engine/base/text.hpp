#pragma once
// Text: small functions over strings that every layer needs: escaping, UTF-8, suggestions, amounts.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace retouch {

/// Makes untrusted bytes safe to print: control characters (C0, DEL, C1, bidi controls, line and
/// paragraph separators), characters nobody sees and invalid UTF-8 become \xHH or \u{H}; newline
/// and tab are kept when `keep_newlines`.
[[nodiscard]] std::string escape(std::string_view bytes, bool keep_newlines = false);

/// The first character of `text` that escape() would not leave as it is, newlines among them.
[[nodiscard]] std::optional<std::string_view> unsafe_character(std::string_view text);

/// Invalid UTF-8 replaced by U+FFFD, everything else kept: what JSON needs of guest output.
[[nodiscard]] std::string to_valid_utf8(std::string_view bytes);

/// Offset of the first byte that is not valid UTF-8, or nullopt.
[[nodiscard]] std::optional<std::size_t> invalid_utf8(std::string_view bytes);

/// Number of code points; invalid bytes count one each.
[[nodiscard]] std::size_t code_points(std::string_view text);

/// The candidate nearest to `word` by Damerau-Levenshtein distance, when it is within
/// max(1, length/3); ties go to the earlier candidate.
[[nodiscard]] std::optional<std::string> did_you_mean(std::string_view word,
                                                      std::span<const std::string> candidates);

/// "90s", "10m", "1h30m", "2h": whole numbers with units h, m, s in that order; from 1 s to 24 h.
[[nodiscard]] std::optional<std::chrono::seconds> parse_duration(std::string_view text);

/// Octal permission bits as three or four digits: "644", "0644", "4755".
[[nodiscard]] std::optional<std::uint32_t> parse_mode(std::string_view text);

/// "0644", always four digits.
[[nodiscard]] std::string format_mode(std::uint32_t mode);

/// "12.3 MiB"; exact below 1 KiB ("512 B").
[[nodiscard]] std::string format_bytes(std::uint64_t bytes);

/// "512", "10 KiB", "1.5GiB": bytes, or a number with up to three decimals and a unit of KiB, MiB,
/// GiB or TiB; nullopt for anything else, and beyond 2^63 - 1.
[[nodiscard]] std::optional<std::int64_t> parse_bytes(std::string_view text);

/// "0.4 s", "12 s", "3 m 05 s", "1 h 02 m".
[[nodiscard]] std::string format_seconds(double seconds);

/// Lines without their LF or CRLF; a final line end begins no further line.
[[nodiscard]] std::vector<std::string> split_lines(std::string_view text);

/// ASCII letters made small, whatever the locale.
[[nodiscard]] std::string small_letters(std::string_view text);

[[nodiscard]] std::string_view trim(std::string_view text);

} // namespace retouch
