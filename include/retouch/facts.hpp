#pragma once
// Facts: what inspection found out about a guest. Strings come from the image and are untrusted.
// Thread-safety: plain values; any number of threads may read one that nobody changes.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace retouch {

struct MountPoint {
    std::string path;           ///< where in the guest, normal and absolute
    std::string device;         ///< which filesystem, as the guest back end names it
    std::string filesystem;     ///< ext4, xfs, ...
    std::string subvolume = {}; ///< of btrfs: "subvol=/@home", "subvolid=257"; empty: the default

    bool operator==(const MountPoint &) const = default;
};

/// A partition of the table.
struct DiskPartition {
    int number = 0;
    std::uint64_t offset = 0; ///< bytes
    std::uint64_t size = 0;   ///< bytes
    std::string what;         ///< for people, escaped: "swap"; may be empty

    bool operator==(const DiskPartition &) const = default;
};

/// How a disk is divided, and where on it the root is.
struct DiskLayout {
    std::string table;                     ///< gpt | dos; empty: none, or one of another kind
    std::vector<DiskPartition> partitions; ///< in order of the table
    /// Of the partition that holds the root, or its physical volume; 0: the whole disk does; -1: it
    /// is in something that is not known.
    int root = 0;
    std::string filesystem;            ///< of the root, as blkid names it
    std::uint64_t volume_size = 0;     ///< bytes of what holds the filesystem
    std::uint64_t filesystem_size = 0; ///< bytes, as its superblock says; 0: not known
    std::string logical_volume;        ///< /dev/GROUP/NAME, where the root is in one
    std::uint64_t physical_rest = 0;   ///< bytes the physical volume could have more
    std::uint64_t group_rest = 0;      ///< bytes of the volume group that nothing has
    std::string obstacle;              ///< why the root cannot grow, escaped; empty: nothing known

    bool operator==(const DiskLayout &) const = default;
};

struct Facts {
    std::string type;            ///< linux | windows
    std::string distro;          ///< os-release ID: debian, ubuntu, centos, rocky, alpine, ...
    std::string version;         ///< os-release VERSION_ID
    std::string product;         ///< os-release PRETTY_NAME
    std::string architecture;    ///< x86_64, i686, aarch64, ... as uname -m says
    std::string package_manager; ///< apt | dnf | yum | zypper | apk | pacman | empty
    std::string root_device;
    std::vector<MountPoint> mount_points; ///< root first, then by length of path
    /// What the machine would mount if it could, and is not mounted here; sentences, escaped.
    std::vector<std::string> unmounted;
    /// What is odd about the filesystems, and no reason to refuse them; sentences, escaped.
    std::vector<std::string> doubts = {};
    std::optional<DiskLayout> layout = std::nullopt; ///< where somebody looked

    bool operator==(const Facts &) const = default;

    /// What the system is called where recipes name systems.
    [[nodiscard]] const std::string &os() const { return distro.empty() ? type : distro; }
};

} // namespace retouch
