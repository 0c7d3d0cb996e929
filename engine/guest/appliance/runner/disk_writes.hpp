#pragma once
// What was written to the appliance's disks so far. Part of the runner.

#include <string>

namespace retouch::guest {

/// A text that is the same as before when nothing was written to any disk in between, so that no
/// file can have changed. Writes through what is not on the disk yet.
[[nodiscard]] std::string disk_writes();

} // namespace retouch::guest
