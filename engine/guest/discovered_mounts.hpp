#pragma once
// Filesystems that a machine mounts because of the types of its partitions, where its fstab says
// nothing of the place. What an fstab says, and mounting, is fstab_mounts'.
// Source: systemd-gpt-auto-generator(8) and the Discoverable Partitions Specification.

#include "guest/fstab.hpp"
#include "guest/volume.hpp"
#include "retouch/guest.hpp"

#include <set>
#include <string>
#include <vector>

namespace retouch::guest {

struct DiscoveredMounts {
    std::vector<FstabEntry> entries;
    /// Partitions made for a place where the machine will not mount them: place and reason.
    std::vector<std::pair<std::string, std::string>> left;
};

/// `mentioned`: the places of which the fstab says something. `guest`: what its fstab wants is
/// mounted. Throws Error.
[[nodiscard]] DiscoveredMounts discovered_mounts(const std::vector<Volume> &volumes,
                                                 const std::set<std::string> &mentioned,
                                                 const GuestView &guest);

} // namespace retouch::guest
