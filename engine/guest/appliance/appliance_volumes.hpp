#pragma once
// The volumes of the image's disk as the appliance sees them: its partitions, or the disk when it
// has none, and what LVM and RAID make of them, which the appliance has put together when it
// started.

#include "guest/appliance/handle.hpp"
#include "guest/volume.hpp"

#include <string>
#include <vector>

namespace retouch::guest {

struct ApplianceVolumes {
    std::vector<Volume> usable;     ///< without what holds logical volumes or a part of an array
    std::vector<Volume> partitions; ///< with those, as the table has them, or the disk itself
};

/// Requires: the appliance runs, nothing is mounted. Throws Error: refused for a table that is not
/// sound.
[[nodiscard]] ApplianceVolumes appliance_volumes(const Handle &handle);

/// The partition table of the image's disk as sfdisk tells it in JSON; empty when it has none.
/// Throws Error.
[[nodiscard]] std::string tell_table(const Handle &handle);

/// The first k_beginning bytes of the image's disk, or less. Throws Error.
[[nodiscard]] std::string beginning(const Handle &handle);

/// Stops arrays, or the image keeps them marked as in use. Requires: nothing is mounted. Throws
/// Error.
void stop_arrays(const Handle &handle, const std::vector<Volume> &volumes);

} // namespace retouch::guest
