// UTC time: fixed places, so that no text has two readings.

#include "base/utc_time.hpp"

#include <fmt/format.h>

namespace retouch::base {

namespace {

bool is_digit(char each) {
    return each >= '0' && each <= '9';
}

} // namespace

std::string format_utc(UtcTime moment) {
    using namespace std::chrono;
    const auto day = floor<days>(moment);
    const year_month_day date{day};
    const hh_mm_ss time{moment - day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       time.hours().count(), time.minutes().count(), time.seconds().count(),
                       time.subseconds().count());
}

std::optional<UtcTime> parse_utc(std::string_view text) {
    using namespace std::chrono;
    // Digits stand where the pattern has 0.
    constexpr std::string_view k_whole = "0000-00-00T00:00:00";
    constexpr std::size_t k_most_digits = 6;
    if (text.size() <= k_whole.size() || !text.ends_with('Z'))
        return std::nullopt;
    std::string_view fraction = text.substr(k_whole.size(), text.size() - k_whole.size() - 1);
    for (std::size_t i = 0; i < k_whole.size(); ++i)
        if (k_whole[i] == '0' ? !is_digit(text[i]) : text[i] != k_whole[i])
            return std::nullopt;
    const auto number = [&](std::size_t from, std::size_t length) {
        int value = 0;
        for (const char digit : text.substr(from, length))
            value = value * 10 + (digit - '0');
        return value;
    };
    const year_month_day date(year(number(0, 4)), month(static_cast<unsigned>(number(5, 2))),
                              day(static_cast<unsigned>(number(8, 2))));
    const hours hour(number(11, 2));
    const minutes minute(number(14, 2));
    const seconds second(number(17, 2));
    if (!date.ok() || hour >= days(1) || minute >= hours(1) || second >= minutes(1))
        return std::nullopt;
    microseconds rest(0);
    if (!fraction.empty()) {
        if (fraction.front() != '.' || fraction.size() < 2 || fraction.size() > k_most_digits + 1)
            return std::nullopt;
        fraction.remove_prefix(1);
        microseconds unit(seconds(1));
        for (const char digit : fraction) {
            if (!is_digit(digit))
                return std::nullopt;
            unit /= 10;
            rest += unit * (digit - '0');
        }
    }
    return sys_days(date) + hour + minute + second + rest;
}

} // namespace retouch::base
