#pragma once
// Growing in libguestfs' appliance: the partition with the root, what LVM has between, and the
// filesystem, each by its own tool under the appliance's kernel. What grows was decided before.

#include "guest/appliance/handle.hpp"
#include "retouch/disk_growth.hpp"
#include "retouch/facts.hpp"

#include <functional>
#include <string>

namespace retouch::guest {

/// What is on a disk that was made larger.
struct GrowingRoot {
    const DiskLayout &layout;
    std::string device;          ///< the root's
    std::function<void()> mount; ///< at "/", whole, for writing
};

/// Grows what `growth` says. Requires: nothing is mounted; nothing is afterwards. Throws Error.
void grow_in_appliance(const Handle &handle, const GrowingRoot &root, const DiskGrowth &growth);

} // namespace retouch::guest
