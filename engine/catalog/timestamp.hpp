#pragma once
// Timestamps of records: UTC, with or without a fraction of a second.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace retouch {

/// "2026-01-31T12:00:00Z", "2026-01-31T12:00:00.123456Z"; nullopt for anything else.
[[nodiscard]] std::optional<std::chrono::sys_time<std::chrono::microseconds>>
parse_timestamp(std::string_view text);

/// As in Image::created_at.
[[nodiscard]] std::string to_timestamp(std::chrono::sys_time<std::chrono::microseconds> moment);

/// The same moment with microseconds, as in Image::created_at; empty when it is no timestamp.
[[nodiscard]] std::string with_microseconds(std::string_view text);

} // namespace retouch
