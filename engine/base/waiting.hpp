#pragma once
// Waiting: for a descriptor and for time to pass, until a signal asks for the end. Everything in
// this program that waits for one of the two waits here; locks are lock_file.hpp's, children are
// process.hpp's.

#include <chrono>
#include <optional>

namespace retouch {

/// Waits until `fd` has one of `events` (those of poll) or failed; false when `limit` ran out
/// first. Throws Error: interrupted.
bool wait_for_events(int fd, short events,
                     std::optional<std::chrono::milliseconds> limit = std::nullopt);

/// As above; false also, at once, when an interruption is due. Never throws.
[[nodiscard]] bool ready_within(int fd, short events, std::chrono::milliseconds limit) noexcept;

/// Lets `time` pass. False, at once, when an interruption is due. Never throws.
[[nodiscard]] bool time_passes(std::chrono::microseconds time) noexcept;

/// Lets `time` pass. Throws Error: interrupted.
void pause_for(std::chrono::microseconds time);

/// Lets `time` pass whatever signals arrive: for pauses of milliseconds in clearing up, whose
/// number is bounded.
void pause_regardless(std::chrono::microseconds time) noexcept;

} // namespace retouch
