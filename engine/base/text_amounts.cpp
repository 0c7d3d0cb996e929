// Amounts: durations, file modes and sizes as people write and read them.
// Reading is strict and says only yes or no; the caller knows the position and the wording.
// No locale is consulted.

#include "base/text.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace retouch::base {

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
    constexpr std::int64_t k_longest = std::int64_t{24} * 60 * 60;
    constexpr std::string_view k_units = "hms";
    constexpr std::array<std::int64_t, 3> k_seconds = {3600, 60, 1};
    std::int64_t total = 0;
    std::size_t next_unit = 0;
    while (!text.empty()) {
        std::int64_t number = 0;
        std::size_t digits = 0;
        for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
            number = number * 10 + (text[digits] - '0');
            if (number > k_longest)
                return std::nullopt;
        }
        if (digits == 0 || digits == text.size())
            return std::nullopt;
        const std::size_t unit = k_units.find(text[digits], next_unit);
        if (unit == std::string_view::npos)
            return std::nullopt;
        total += number * k_seconds[unit];
        next_unit = unit + 1;
        text.remove_prefix(digits + 1);
    }
    if (total < 1 || total > k_longest)
        return std::nullopt;
    return std::chrono::seconds(total);
}

std::optional<std::uint32_t> parse_mode(std::string_view text) {
    if (text.size() != 3 && text.size() != 4)
        return std::nullopt;
    std::uint32_t mode = 0;
    for (const char digit : text) {
        if (digit < '0' || digit > '7')
            return std::nullopt;
        mode = mode * 8 + static_cast<std::uint32_t>(digit - '0');
    }
    return mode;
}

std::string format_mode(std::uint32_t mode) {
    return fmt::format("{:04o}", mode & 07777U);
}

std::string format_bytes(std::uint64_t bytes) {
    constexpr std::array k_units = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes < 1024)
        return fmt::format("{} B", bytes);
    double amount = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    // 1023.95 would be printed as 1024.0 of the smaller unit.
    while (amount >= 1023.95 && unit + 1 < k_units.size()) {
        amount /= 1024;
        ++unit;
    }
    return fmt::format("{:.1f} {}", amount, k_units[unit]);
}

std::optional<std::int64_t> parse_bytes(std::string_view text) {
    constexpr std::string_view k_units = "KMGT";
    constexpr double k_too_many = 9223372036854775808.0;
    double amount = 0;
    const auto [end, failed] =
        std::from_chars(text.data(), text.data() + text.size(), amount, std::chars_format::fixed);
    if (failed != std::errc{} || std::signbit(amount))
        return std::nullopt;
    std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    if (unit.starts_with(' '))
        unit.remove_prefix(1);
    if (!unit.empty()) {
        const std::size_t power = k_units.find(unit.front());
        if (unit.size() != 3 || !unit.ends_with("iB") || power == std::string_view::npos)
            return std::nullopt;
        amount = std::ldexp(amount, 10 * static_cast<int>(power + 1));
    }
    if (!(amount < k_too_many))
        return std::nullopt;
    return static_cast<std::int64_t>(amount);
}

std::string format_seconds(double seconds) {
    if (!(seconds > 0))
        seconds = 0;
    if (seconds < 9.95)
        return fmt::format("{:.1f} s", seconds);
    const auto whole = static_cast<std::int64_t>(std::llround(std::min(seconds, 1e12)));
    if (whole < 60)
        return fmt::format("{} s", whole);
    if (whole < 3600)
        return fmt::format("{} m {:02} s", whole / 60, whole % 60);
    return fmt::format("{} h {:02} m", whole / 3600, whole % 3600 / 60);
}

} // namespace retouch::base
