#pragma once
// Facts: what inspection found out about a guest. Strings come from the image and are untrusted.
// Thread-safety: plain values; any number of threads may read one that nobody changes.

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

    bool operator==(const Facts &) const = default;
};

} // namespace retouch
