#pragma once
// Partitions of a raw disk that is a file on this host, through sfdisk and blkid: where volumes
// are and what is on them. It mounts nothing.

#include "guest/volume.hpp"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace retouch::guest {

/// Every volume in order of the partition table, or the whole disk when it has no table.
/// Throws Error: unavailable when the tools are missing.
[[nodiscard]] std::vector<Volume> read_volumes(const std::filesystem::path &disk,
                                               std::uint64_t disk_size);

} // namespace retouch::guest
