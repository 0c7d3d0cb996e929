#include "base/clock.hpp"
#include "base/utc_time.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

TEST_CASE("UTC time: a time is read as it is written, and no other text is one") {
    CHECK(base::parse_utc("1970-01-01T00:00:00Z") == base::UtcTime{});
    CHECK(base::parse_utc("1970-01-02T00:00:01.5Z") ==
          base::UtcTime{} + std::chrono::milliseconds(86'401'500));
    CHECK(base::parse_utc("2024-02-29T23:59:59.123456Z"));
    const std::string now = base::utc_now();
    CHECK(base::parse_utc(now) <= base::utc_time_now());
    CHECK(base::parse_utc("9999-12-31T23:59:59Z") > base::utc_time_now());
    for (const char *text : {"",
                             "zzz",
                             "9999-99-99",
                             "2026-01-31",
                             "2026-01-31T12:00:00",
                             "2026-01-31 12:00:00Z",
                             "2026-02-29T00:00:00Z",
                             "2026-13-01T00:00:00Z",
                             "2026-00-01T00:00:00Z",
                             "2026-01-00T00:00:00Z",
                             "2026-01-31T24:00:00Z",
                             "2026-01-31T12:60:00Z",
                             "2026-01-31T12:00:60Z",
                             "2026-01-31T12:00:00.Z",
                             "2026-01-31T12:00:00.1234567Z",
                             "2026-01-31T12:00:00.12x4Z",
                             "2026-01-31T12:00:00+01:00",
                             "+026-01-31T12:00:00Z",
                             " 2026-01-31T12:00:00Z",
                             "2026-01-31T12:00:00ZZ"})
        CHECK_FALSE(base::parse_utc(text));
}
