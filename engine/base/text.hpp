#pragma once
// Text: small functions over strings that every layer needs: escaping, UTF-8, suggestions, amounts.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::base {

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

/// One character of a text.
struct CodePoint {
    char32_t value = 0;
    std::size_t length = 1; ///< bytes
};

/// The first character. Requires: `text` begins with valid UTF-8.
[[nodiscard]] CodePoint first_code_point(std::string_view text);

/// Number of code points; invalid bytes count one each.
[[nodiscard]] std::size_t code_points(std::string_view text);

/// The offset at or below `offset` at which a character begins: where UTF-8 text can be cut.
[[nodiscard]] std::size_t character_start(std::string_view text, std::size_t offset);

/// The first `count` code points at most.
[[nodiscard]] std::string_view first_code_points(std::string_view text, std::size_t count);

/// The first `limit` bytes at most, whole characters, escaped, and an ellipsis for the rest.
[[nodiscard]] std::string clipped(std::string_view text, std::size_t limit, bool keep_tabs = false);

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

/// What stands between separators, one part more than there are of these.
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);

/// Lines, each without the blanks around it, with one blank between.
[[nodiscard]] std::string on_one_line(std::string_view text);

/// ASCII letters made small, whatever the locale.
[[nodiscard]] std::string small_letters(std::string_view text);

/// Puts `with` for every `what`, which is not empty; what comes of it is not looked at again.
void replace_all(std::string &text, std::string_view what, std::string_view with);

[[nodiscard]] std::string_view trim(std::string_view text);

/// An ASCII letter or digit, whatever the locale.
[[nodiscard]] constexpr bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Appends to a list, behind the separator when something is in it already.
void add_part(std::string &list, std::string_view part, std::string_view separator = ", ");

/// "a, b, c", each escaped.
[[nodiscard]] std::string listed(std::span<const std::string> items);

/// All of them with the separator between.
[[nodiscard]] std::string joined(std::span<const std::string> parts, std::string_view separator);

} // namespace retouch::base
