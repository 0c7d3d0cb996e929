#pragma once
// Waiting: for a descriptor, a lock and for time to pass, until a signal asks for the end.
// Everything in this program that waits for one of them waits here, and open_file(), read_some(),
// write_all() of file.hpp do; children are process.hpp's.

#include <chrono>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <sys/types.h>

namespace retouch::base {

/// Waits until `fd` has one of `events` (those of poll) or failed; false when `limit` ran out
/// first. Throws Error: interrupted.
bool wait_for_events(int fd, short events,
                     std::optional<std::chrono::milliseconds> limit = std::nullopt);

/// As above; false also when one of `lifelines`, at most k_most_lifelines descriptors, becomes
/// readable or hangs up first. Throws Error: interrupted.
inline constexpr std::size_t k_most_lifelines = 4;
bool wait_for_events_unless(int fd, short events, std::span<const int> lifelines,
                            std::optional<std::chrono::milliseconds> limit = std::nullopt);

/// As wait_for_events(); false also, at once, when an interruption is due. Never throws.
[[nodiscard]] bool ready_within(int fd, short events, std::chrono::milliseconds limit) noexcept;

/// Writes what can be written without waiting for a reader: the number of bytes, 0 when there is
/// none, or the negative errno.
[[nodiscard]] ssize_t write_ready(int fd, std::string_view bytes) noexcept;

/// How long anybody waits for a lock that others hold for moments only.
inline constexpr std::chrono::milliseconds k_lock_patience{10'000};

/// flock(2) with `operation`, waiting for others; false when they still hold it after `patience`.
/// `path` is for the error text. Throws Error: interrupted.
[[nodiscard]] bool lock_within(int fd, int operation, const std::filesystem::path &path,
                               std::chrono::milliseconds patience = k_lock_patience);

/// Lets `time` pass. False, at once, when an interruption is due. Never throws.
[[nodiscard]] bool time_passes(std::chrono::microseconds time) noexcept;

/// Lets `time` pass. Throws Error: interrupted.
void pause_for(std::chrono::microseconds time);

/// Lets `time` pass whatever signals arrive: for pauses of milliseconds in clearing up, whose
/// number is bounded.
void pause_regardless(std::chrono::microseconds time) noexcept;

} // namespace retouch::base
