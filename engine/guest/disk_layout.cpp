// The words for partitions are those people know them by: the types of the Discoverable Partitions
// Specification and of Windows; else what is on them.

#include "guest/disk_layout.hpp"

#include "base/text.hpp"
#include "guest/superblock.hpp"

#include <algorithm>
#include <array>

namespace retouch::guest {

namespace {

struct PartitionWords {
    std::string_view type; ///< of a GPT
    const char *words;
};

constexpr std::array k_partition_words = {
    PartitionWords{"de94bba4-06d1-4d40-a16a-bfd50179d6ac", "recovery partition"},
    PartitionWords{"c12a7328-f81f-11d2-ba4b-00a0c93ec93b", "EFI system partition"},
    PartitionWords{"21686148-6449-6e6f-744e-656564454649", "BIOS boot partition"},
    PartitionWords{"bc13c2ff-59e6-4262-a352-b275fd6f7172", "boot partition"},
    PartitionWords{"0657fd6d-a4ab-43c4-84e5-0933c84b4f4f", "swap"},
};

/// Windows keeps its repair system behind itself, and in an MBR under no type that sfdisk names.
std::string words_for(const Volume &volume, const MountPoint &root) {
    for (const PartitionWords &known : k_partition_words)
        if (volume.partition_type == known.type)
            return known.words;
    if (root.filesystem == "ntfs" && volume.filesystem == "ntfs")
        return "recovery partition";
    return base::escape(volume.filesystem);
}

} // namespace

DiskLayout disk_layout(const std::vector<Volume> &partitions, const MountPoint &root,
                       std::string_view head) {
    DiskLayout layout;
    layout.root = -1;
    layout.filesystem = root.filesystem;
    layout.filesystem_size = filesystem_size(head);
    for (const Volume &volume : partitions) {
        if (volume.table == "gpt" || volume.table == "dos")
            layout.table = volume.table;
        if (volume.number > 0)
            layout.partitions.push_back(
                {volume.number, volume.offset, volume.size, words_for(volume, root)});
        if (volume.device != root.device)
            continue;
        layout.root = volume.number;
        layout.volume_size = volume.size;
    }
    return layout;
}

} // namespace retouch::guest
