#pragma once
// Volumes of a disk, what is known of them, and the names by which a guest's fstab knows them.
// Plain values and functions; finding and mounting volumes is for the back ends.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::guest {

/// A partition, the disk itself when it has no partition table, or what a container of partitions
/// holds, such as a logical volume. Labels are kept as blkid writes them, so that they can be
/// compared.
struct Volume {
    std::string device; ///< /dev/sda1, or /dev/sda for the disk itself, or /dev/VG/LV
    int number = 0;     ///< of the partition; 0 for the disk itself, -1 for what is in a container
    std::uint64_t offset = 0; ///< bytes; where the back end needs it
    std::uint64_t size = 0;   ///< bytes
    std::string filesystem;   ///< as blkid names it, also crypto_LUKS, LVM2_member; may be empty
    std::string uuid;
    std::string label;
    std::string partition_uuid;
    std::string partition_label;
    std::string partition_type;     ///< of a GPT, in small letters
    std::string table;              ///< gpt | dos, of the table it is in
    bool automatic = false;         ///< systemd may mount it by that type
    std::vector<std::string> names; ///< further ones: /dev/mapper/VG-LV
    bool ambiguous = false;         ///< blkid found more than one filesystem
    bool external_journal = false;  ///< its journal is on another disk; where the host is at risk
};

/// Takes over what blkid says under one of its keys; other keys are passed over.
void set_blkid_value(Volume &volume, std::string_view key, const std::string &value);

/// The text as blkid's format "export" writes it.
[[nodiscard]] std::string as_blkid_writes(std::string_view text);

/// The volumes an fstab line names: more than one when the name is not unique. Device names are
/// matched by partition number, which is the best that can be done outside the machine they were
/// written for.
[[nodiscard]] std::vector<const Volume *> find_volumes(std::string_view fstab_device,
                                                       const std::vector<Volume> &volumes);

} // namespace retouch::guest
