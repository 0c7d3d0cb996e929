#pragma once
// Leftovers: what an appliance leaves in /tmp when its owner is killed, for recovery to clear.

#include <filesystem>
#include <vector>

namespace retouch::guest {

/// libguestfs' socket directories of this user that belong to no running process.
[[nodiscard]] std::vector<std::filesystem::path> stale_appliance_directories();

} // namespace retouch::guest
