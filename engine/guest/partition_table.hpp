#pragma once
// A partition table as sfdisk tells it in JSON: where the volumes of a disk are. Pure; the same
// tables are refused in both guests.

#include "guest/volume.hpp"
#include "retouch/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::guest {

/// So much of a disk's beginning tells what it is when nothing else does. Bytes.
inline constexpr std::size_t k_beginning = std::size_t{64} * 1024;

/// The partitions that may hold something, in the table's order, with nothing known of their
/// contents. Throws Error: refused when two of them share sectors, when one is not wholly on the
/// disk, when there are too many, or when the text makes no sense.
[[nodiscard]] std::vector<Volume> read_partition_table(const std::string &json,
                                                       std::uint64_t disk_size);

/// The first sector behind the room that the table has for partitions; 0 where it does not say, as
/// an MBR. Throws Error as above.
[[nodiscard]] std::uint64_t end_of_usable_sectors(const std::string &json);

/// What is on a disk whose table is not sound, for `reason`: a filesystem on the `whole` of it,
/// whose boot code looks like a table. Throws Error: refused, for that reason or a better one.
/// `beginning`: the disk's first k_beginning bytes, or all of it.
[[nodiscard]] std::vector<Volume> without_table(const Error &reason, Volume whole,
                                                std::string_view beginning);

} // namespace retouch::guest
