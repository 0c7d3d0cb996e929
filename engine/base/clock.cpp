// Clock: the system's time as text.
// Always UTC and of fixed width, so that timestamps sort as text.
// Measuring is Stopwatch's, in the header, on the steady clock.

#include "base/clock.hpp"

#include "base/utc_time.hpp"

#include <fmt/format.h>

#include <ctime>

namespace retouch::base {

namespace {

std::tm utc_time(std::time_t time) {
    std::tm result{};
    gmtime_r(&time, &result);
    return result;
}

} // namespace

std::string utc_now() {
    return utc_in(std::chrono::seconds(0));
}

std::string utc_in(std::chrono::seconds ahead) {
    return format_utc(utc_time_now() + ahead);
}

std::string utc_today() {
    const std::tm time = utc_time(std::time(nullptr));
    return fmt::format("{:04}{:02}{:02}", time.tm_year + 1900, time.tm_mon + 1, time.tm_mday);
}

} // namespace retouch::base
