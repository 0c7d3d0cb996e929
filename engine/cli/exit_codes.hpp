#pragma once
// Exit codes of commands that work on several recipes, one after the other.

#include <span>

namespace retouch::cli {

/// The code they all have; 3 when some are 0 and some are not; 1 when they failed differently.
/// 128 and above (interrupted) wins over everything.
[[nodiscard]] int combined_exit_code(std::span<const int> codes);

/// Whether a code says that a signal ended the work.
[[nodiscard]] constexpr bool is_interruption(int code) {
    return code >= 128;
}

} // namespace retouch::cli
