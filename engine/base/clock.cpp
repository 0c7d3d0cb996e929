// Clock: the system's time as text.
// Always UTC and of fixed width, so that timestamps sort as text.
// Measuring is Stopwatch's, in the header, on the steady clock.

#include "base/clock.hpp"

#include <fmt/format.h>

#include <ctime>

namespace retouch {

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
    using namespace std::chrono;
    const auto now = time_point_cast<microseconds>(system_clock::now()) + ahead;
    const auto whole = floor<seconds>(now);
    const std::tm time = utc_time(system_clock::to_time_t(whole));
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", time.tm_year + 1900,
                       time.tm_mon + 1, time.tm_mday, time.tm_hour, time.tm_min, time.tm_sec,
                       (now - whole).count());
}

std::string utc_today() {
    const std::tm time = utc_time(std::time(nullptr));
    return fmt::format("{:04}{:02}{:02}", time.tm_year + 1900, time.tm_mon + 1, time.tm_mday);
}

} // namespace retouch
