#pragma once
// Volume doubts: what a reader of a plan should know of filesystems that can be mounted all the
// same. Pure.

#include "guest/volume.hpp"
#include "retouch/facts.hpp"

#include <functional>
#include <string>
#include <vector>

namespace retouch::guest {

/// The first k_superblock_end bytes of a device; fewer where they cannot be read.
using DeviceHead = std::function<std::string(const std::string &device)>;

/// Sentences, escaped, about what is mounted, the root first.
[[nodiscard]] std::vector<std::string> volume_doubts(const std::vector<MountPoint> &mounted,
                                                     const std::vector<Volume> &volumes,
                                                     const DeviceHead &head);

} // namespace retouch::guest
