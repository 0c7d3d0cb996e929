#pragma once
// UTC time: a moment as text and back, for texts that come from outside, too. The clock is
// clock.hpp's.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace retouch::base {

/// Microseconds: in the clock's nanoseconds no year after 2262 has room.
using UtcTime = std::chrono::sys_time<std::chrono::microseconds>;

/// Now, to be compared with a time that was read.
[[nodiscard]] inline UtcTime utc_time_now() {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

/// RFC 3339 with microseconds: "2026-01-31T12:00:00.123456Z". Sorts as text.
[[nodiscard]] std::string format_utc(UtcTime moment);

/// The time that an RFC 3339 text in UTC names, with or without a fraction of a second; nullopt for
/// anything else, a 30th of February too.
[[nodiscard]] std::optional<UtcTime> parse_utc(std::string_view text);

} // namespace retouch::base
