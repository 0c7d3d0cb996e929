#pragma once
// UTC time: the way back from the text of a time, for texts that come from outside. The clock, and
// writing times, are clock.hpp's.

#include <chrono>
#include <optional>
#include <string_view>

namespace retouch {

/// The time that an RFC 3339 text in UTC names, with or without a fraction of a second; nullopt for
/// anything else, a 30th of February too.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> parse_utc(std::string_view text);

} // namespace retouch
