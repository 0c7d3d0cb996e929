#pragma once
// Disk layout: how the table of a disk and the volumes on it become one value that says where the
// root is. Pure; what lies between a partition and the root, as LVM, is for the back end.

#include "guest/volume.hpp"
#include "retouch/facts.hpp"

#include <string_view>
#include <vector>

namespace retouch::guest {

/// `partitions`: those of the table, or the disk itself. `head`: the first k_last_superblock_end
/// bytes of the root's volume.
[[nodiscard]] DiskLayout disk_layout(const std::vector<Volume> &partitions, const MountPoint &root,
                                     std::string_view head);

} // namespace retouch::guest
