#pragma once
// What LVM in the appliance says of the logical volume that holds a root: where it lies, and how
// much room it could have. It changes nothing.

#include "guest/appliance/handle.hpp"
#include "guest/volume.hpp"
#include "retouch/facts.hpp"

#include <string>
#include <vector>

namespace retouch::guest {

/// Completes `layout` of a root on `device`, which is none of `partitions`. What is no logical
/// volume is left as it is. Throws Error.
void add_logical_volume(const Handle &handle, const std::string &device,
                        const std::vector<Volume> &partitions, DiskLayout &layout);

} // namespace retouch::guest
