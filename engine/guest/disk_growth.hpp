#pragma once
// Disk growth: what a wish for the disk means for a disk that is divided in a certain way. Pure;
// the plan foresees by it, and the stage is grown by it. It grows nothing itself.

#include "retouch/disk_growth.hpp"
#include "retouch/facts.hpp"

#include <cstdint>
#include <optional>

namespace retouch::guest {

/// What `wish` makes of a disk of `before` bytes. Without a layout nobody has looked: what grows is
/// unknown then, unless nothing shall. Throws Error: refused, for a disk that would be smaller and
/// for a root that cannot be grown.
[[nodiscard]] DiskGrowth foreseen_growth(const DiskWish &wish, std::int64_t before,
                                         const std::optional<DiskLayout> &layout);

/// The first byte behind the last partition that a table of this type takes on a disk of so many
/// bytes; whole blocks of filesystems.
[[nodiscard]] std::uint64_t end_of_room(const std::string &table, std::uint64_t disk_bytes);

} // namespace retouch::guest
