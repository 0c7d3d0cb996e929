// Timestamps: read digit by digit, so that nothing but the two forms passes.

#include "catalog/timestamp.hpp"

#include <fmt/format.h>

#include <charconv>

namespace retouch {

namespace {

constexpr std::string_view k_shape = "dddd-dd-ddTdd:dd:dd";
constexpr std::size_t k_fraction_digits = 6;

bool has_shape(std::string_view text) {
    for (std::size_t i = 0; i < k_shape.size(); ++i)
        if (k_shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != k_shape[i])
            return false;
    return true;
}

int number(std::string_view text, std::size_t start, std::size_t count) {
    int value = 0;
    std::from_chars(text.data() + start, text.data() + start + count, value);
    return value;
}

/// The digits of a fraction, made six; nullopt when it is none.
std::optional<std::string> fraction(std::string_view text) {
    if (text.empty())
        return std::string(k_fraction_digits, '0');
    if (text.front() != '.' || text.size() == 1 ||
        text.find_first_not_of("0123456789", 1) != std::string_view::npos)
        return std::nullopt;
    std::string digits(text.substr(1, k_fraction_digits));
    digits.resize(k_fraction_digits, '0');
    return digits;
}

} // namespace

std::string to_timestamp(std::chrono::sys_time<std::chrono::microseconds> moment) {
    namespace ch = std::chrono;
    const auto day = ch::floor<ch::days>(moment);
    const ch::year_month_day date{day};
    const ch::hh_mm_ss time{moment - day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       time.hours().count(), time.minutes().count(), time.seconds().count(),
                       time.subseconds().count());
}

std::string with_microseconds(std::string_view text) {
    if (text.ends_with('Z'))
        text.remove_suffix(1);
    if (text.size() < k_shape.size() || !has_shape(text))
        return "";
    const auto digits = fraction(text.substr(k_shape.size()));
    return digits ? std::string(text.substr(0, k_shape.size())) + '.' + *digits + 'Z' : "";
}

std::optional<std::chrono::sys_time<std::chrono::microseconds>>
parse_timestamp(std::string_view text) {
    namespace ch = std::chrono;
    const std::string whole = with_microseconds(text);
    if (whole.empty())
        return std::nullopt;
    const ch::year_month_day date{ch::year(number(whole, 0, 4)),
                                  ch::month(static_cast<unsigned>(number(whole, 5, 2))),
                                  ch::day(static_cast<unsigned>(number(whole, 8, 2)))};
    if (!date.ok())
        return std::nullopt;
    return ch::sys_days(date) + ch::hours(number(whole, 11, 2)) +
           ch::minutes(number(whole, 14, 2)) + ch::seconds(number(whole, 17, 2)) +
           ch::microseconds(number(whole, 20, k_fraction_digits));
}

} // namespace retouch
