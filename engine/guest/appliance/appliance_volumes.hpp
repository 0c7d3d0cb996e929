#pragma once
// The volumes of the image's disk as the appliance sees them: its partitions, or the disk when it
// has none, and what LVM and RAID make of them, which the appliance has put together when it
// started.

#include "guest/appliance/handle.hpp"
#include "guest/volume.hpp"

#include <string>
#include <vector>

namespace retouch::guest {

/// Requires: the appliance runs, nothing is mounted. Partitions that hold logical volumes or a part
/// of an array are not among them. Throws Error: refused for a table that is not sound.
[[nodiscard]] std::vector<Volume> appliance_volumes(const Handle &handle);

/// The first k_beginning bytes of the image's disk, or less. Throws Error.
[[nodiscard]] std::string beginning(const Handle &handle);

/// Stops arrays, or the image keeps them marked as in use. Requires: nothing is mounted. Throws
/// Error.
void stop_arrays(const Handle &handle, const std::vector<Volume> &volumes);

} // namespace retouch::guest
