#include "base/clock.hpp"

#include <catch2/catch.hpp>

#include <regex>
#include <thread>

using namespace retouch;

TEST_CASE("clock: timestamps are RFC 3339 in UTC with microseconds and sort as text") {
    const std::string first = base::utc_now();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    const std::string second = base::utc_now();
    CHECK(std::regex_match(first, std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)")));
    CHECK(first < second);
}

TEST_CASE("clock: today is the date of now") {
    const std::string before = base::utc_now();
    std::string today = base::utc_today();
    const std::string after = base::utc_now();
    today.insert(6, "-").insert(4, "-");
    CHECK((before.starts_with(today) || after.starts_with(today)));
}

TEST_CASE("clock: a stopwatch runs") {
    const base::Stopwatch watch;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK(watch.seconds() >= 0.02);
    CHECK(watch.seconds() < 10);
}
