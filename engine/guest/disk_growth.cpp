// What is told as grown is what will be larger to those who look: a rest that tools leave at an
// end, because it has no room for what they would have to put there, is none. So a result laid
// under its own recipe grows no more.

#include "guest/disk_growth.hpp"

#include "base/text.hpp"
#include "retouch/error.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace retouch::guest {

namespace {

constexpr std::uint64_t k_sector = 512;
constexpr std::uint64_t k_block = 4096;
/// Partitions begin and often end at a multiple of it.
constexpr std::uint64_t k_alignment = std::uint64_t{1} << 20;
constexpr std::uint64_t k_most_partition_rest = std::uint64_t{16} << 20;
/// The least that XFS makes an allocation group of, and more than ext4 needs for a block group.
constexpr std::uint64_t k_filesystem_rest = std::uint64_t{16} << 20;
constexpr int k_first_logical = 5; ///< partition of an MBR
constexpr std::array<std::string_view, 5> k_growing = {"ext2", "ext3", "ext4", "xfs", "btrfs"};

constexpr const char *k_or_none = "write 'grow: none' to leave the partitions as they are";

Error no_growth(const std::string &why, const std::string &hint = k_or_none) {
    return {ErrorKind::refused, "the root cannot be grown: " + why, hint};
}

std::string exact(std::int64_t bytes) {
    return fmt::format("{} ({} bytes)", base::format_bytes(static_cast<std::uint64_t>(bytes)),
                       bytes);
}

const DiskPartition *root_partition(const DiskLayout &layout) {
    const auto found = std::ranges::find(layout.partitions, layout.root, &DiskPartition::number);
    return found == layout.partitions.end() ? nullptr : &*found;
}

void require_last(const DiskLayout &layout, const DiskPartition &root) {
    for (const DiskPartition &other : layout.partitions)
        if (other.offset > root.offset)
            throw no_growth(
                fmt::format("it is on partition {}, and partition {}{} stands behind it",
                            root.number, other.number,
                            other.what.empty() ? "" : fmt::format(" ({})", other.what)),
                fmt::format("use a source whose last partition has the root, or {}", k_or_none));
}

void require_table(const DiskLayout &layout, const DiskPartition &root, std::uint64_t after) {
    constexpr std::uint64_t k_most_of_mbr = (std::uint64_t{1} << 32) * k_sector;
    if (layout.table.empty())
        throw no_growth("its partition table is neither a GPT nor an MBR");
    if (layout.table != "dos")
        return;
    if (root.number >= k_first_logical)
        throw no_growth(
            fmt::format("its partition {} is inside of an extended partition", root.number));
    if (after > k_most_of_mbr)
        throw no_growth("an MBR knows no more than 2 TiB of a disk",
                        fmt::format("ask for less, use a source with a GPT, or {}", k_or_none));
}

void require_filesystem(const DiskLayout &layout) {
    if (layout.filesystem == "ntfs")
        throw no_growth("it has an ntfs filesystem",
                        "write 'grow: none': cloudbase-init grows it at first boot");
    if (std::ranges::find(k_growing, layout.filesystem) == k_growing.end())
        throw no_growth(fmt::format("a filesystem of the type '{}' is not grown",
                                    base::escape(layout.filesystem)));
    if (layout.filesystem == "btrfs" && layout.filesystem_size == 0)
        throw no_growth("its btrfs filesystem lies on more than one volume");
}

/// What may be left behind the last partition: whoever moves the second copy of a GPT leaves as
/// much free before it as is free before the first partition.
std::uint64_t partition_rest(const DiskLayout &layout) {
    std::uint64_t first = k_most_partition_rest;
    for (const DiskPartition &partition : layout.partitions)
        first = std::min(first, partition.offset);
    return std::max(first, k_alignment);
}

bool partition_grows(const DiskLayout &layout, const DiskPartition &root, std::uint64_t after) {
    return end_of_room(layout.table, after) >= root.offset + root.size + partition_rest(layout);
}

/// Requires: the layout is one that grows.
std::vector<GrownPart> grown_parts(const DiskLayout &layout, std::uint64_t disk_growth,
                                   std::uint64_t after) {
    std::vector<GrownPart> grows;
    bool beneath = disk_growth > 0;
    const auto add_if = [&](bool grown, GrownPart part) {
        beneath = grown;
        if (grown)
            grows.push_back(part);
    };
    if (const DiskPartition *root = root_partition(layout))
        add_if(partition_grows(layout, *root, after), GrownPart::partition);
    if (!layout.logical_volume.empty()) {
        add_if(beneath || layout.physical_rest > 0, GrownPart::physical_volume);
        add_if(beneath || layout.group_rest > 0, GrownPart::logical_volume);
    }
    const bool has_rest =
        layout.volume_size >= std::min(layout.filesystem_size, UINT64_MAX / 2) + k_filesystem_rest;
    add_if(beneath || has_rest, GrownPart::filesystem);
    return grows;
}

void require_growable(const DiskLayout &layout, std::uint64_t after) {
    if (!layout.obstacle.empty())
        throw no_growth(layout.obstacle);
    if (layout.root < 0)
        throw no_growth("what it lies on is neither a partition nor a logical volume");
    if (const DiskPartition *root = root_partition(layout)) {
        require_last(layout, *root);
        require_table(layout, *root, after);
    }
    require_filesystem(layout);
}

} // namespace

std::uint64_t end_of_room(const std::string &table, std::uint64_t disk_bytes) {
    // The second copy of a GPT: a header, and entries in 32 sectors.
    constexpr std::uint64_t copy = 33 * k_sector;
    const std::uint64_t end = table == "gpt" ? disk_bytes - std::min(copy, disk_bytes) : disk_bytes;
    return end / k_block * k_block;
}

DiskGrowth foreseen_growth(const DiskWish &wish, std::int64_t before,
                           const std::optional<DiskLayout> &layout) {
    DiskGrowth growth;
    growth.wish = wish;
    growth.before_bytes = before;
    growth.after_bytes = std::max(before, wish.size_bytes.value_or(0));
    if (wish.size_bytes && *wish.size_bytes < before)
        throw Error(ErrorKind::refused,
                    fmt::format("a disk is never made smaller: 'disk.size' is {}, but the source's "
                                "disk has {}",
                                exact(*wish.size_bytes), exact(before)),
                    "ask for at least as much, or leave 'size' out");
    const bool is_larger = growth.after_bytes > before;
    if (wish.grow == DiskGrow::none) {
        growth.state = is_larger ? StepState::change : StepState::unchanged;
        return growth;
    }
    if (!layout)
        return growth;
    const auto after = static_cast<std::uint64_t>(growth.after_bytes);
    require_growable(*layout, after);
    growth.partition = layout->root;
    growth.filesystem = layout->filesystem;
    growth.logical_volume = layout->logical_volume;
    growth.grows = grown_parts(*layout, after - static_cast<std::uint64_t>(before), after);
    growth.state = is_larger || !growth.grows.empty() ? StepState::change : StepState::unchanged;
    return growth;
}

} // namespace retouch::guest
