#pragma once
// UTC time: the way back from the text of a time, for texts that come from outside. The clock, and
// writing times, are clock.hpp's.

#include <chrono>
#include <optional>
#include <string_view>

namespace retouch {

/// Microseconds: in the clock's nanoseconds no year after 2262 has room.
using UtcTime = std::chrono::sys_time<std::chrono::microseconds>;

/// Now, to be compared with a time that was read.
[[nodiscard]] inline UtcTime utc_time_now() {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

/// The time that an RFC 3339 text in UTC names, with or without a fraction of a second; nullopt for
/// anything else, a 30th of February too.
[[nodiscard]] std::optional<UtcTime> parse_utc(std::string_view text);

} // namespace retouch
