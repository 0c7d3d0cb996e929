#pragma once
// Volumes of a disk and the lines of a guest's fstab that name them. Plain values and functions;
// finding and mounting volumes is for the back ends.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace retouch {

/// A partition, or the disk itself when it has no partition table.
struct Volume {
    std::string device;       ///< /dev/sda1, or /dev/sda for the disk itself
    int number = 0;           ///< of the partition; 0 for the disk itself
    std::uint64_t offset = 0; ///< bytes; where the back end needs it
    std::uint64_t size = 0;   ///< bytes
    std::string filesystem;   ///< as blkid names it, also crypto_LUKS, LVM2_member; may be empty
    std::string uuid;
    std::string label;
    std::string partition_uuid;
    std::string partition_label;
};

struct FstabEntry {
    std::string device; ///< as written: /dev/sda1, UUID=..., LABEL=...
    std::string path;   ///< normal and absolute, not "/"
    std::string filesystem;
};

/// Takes over what blkid says under one of its keys; other keys are passed over.
void set_blkid_value(Volume &volume, std::string_view key, const std::string &value);

/// The entries worth mounting: local filesystems below the root that mount by themselves, shortest
/// path first, at most 32. Everything else in the untrusted text is passed over.
[[nodiscard]] std::vector<FstabEntry> read_fstab(std::string_view text);

/// The volume an fstab line names, or nullptr. Device names are matched by partition number, which
/// is the best that can be done outside the machine they were written for.
[[nodiscard]] const Volume *find_volume(std::string_view fstab_device,
                                        const std::vector<Volume> &volumes);

} // namespace retouch
