#pragma once
// What makes a system of a kernel that has just started, or goes on: mounts, modules, limits, time.
// Nothing of a guest is looked at here.

#include <cstdint>
#include <string>
#include <string_view>

namespace retouch::guest {

/// Once, by the first process: kernel filesystems, control groups, and all modules but those for
/// the disk. Throws Error.
void make_system();

/// Loads the modules in `directory` in the order of their names. Throws Error.
void load_modules(const char *directory);

/// Waits until there is such a device. Throws Error when it does not come.
void await_device(const char *path);

/// Mixes `chance` into the kernel's random numbers, and sets the clock. Throws Error.
void begin_anew(std::string_view chance, std::int64_t seconds, std::int64_t nanoseconds);

/// Of the machine, as a whole.
[[nodiscard]] std::uint64_t memory_bytes();

} // namespace retouch::guest
