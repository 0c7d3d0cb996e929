#pragma once
// A partition table as sfdisk tells it in JSON: where the volumes of a disk are. Pure; the same
// tables are refused in both guests.

#include "guest/volume.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace retouch {

/// The partitions that may hold something, in the table's order, with nothing known of their
/// contents. Throws Error: refused when two of them share sectors, when one is not wholly on the
/// disk, when there are too many, or when the text makes no sense.
[[nodiscard]] std::vector<Volume> read_partition_table(const std::string &json,
                                                       std::uint64_t disk_size);

} // namespace retouch
