#pragma once
// Timestamps of records: UTC, with or without a fraction of a second.

#include "base/utc_time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace retouch::catalog {

/// The moment that "2026-01-31T12:00:00Z" names, with or without a fraction, however fine, and
/// with or without the Z; nullopt for anything else.
[[nodiscard]] std::optional<base::UtcTime> parse_timestamp(std::string_view text);

/// The same moment with microseconds, as in Image::created_at; empty when it is no timestamp.
[[nodiscard]] std::string with_microseconds(std::string_view text);

} // namespace retouch::catalog
