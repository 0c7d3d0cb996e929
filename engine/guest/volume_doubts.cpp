#include "guest/volume_doubts.hpp"

#include "base/text.hpp"
#include "guest/superblock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace retouch::guest {

namespace {

/// Who looks for the root by its UUID may find the other one.
std::string twin_of_root(const std::string &device, const std::vector<Volume> &volumes) {
    const auto root = std::ranges::find(volumes, device, &Volume::device);
    // One filesystem of btrfs may lie on several devices, under the UUID of all of it.
    if (root == volumes.end() || root->uuid.empty() || root->filesystem == "btrfs")
        return {};
    const auto twin = std::ranges::find_if(volumes, [&](const Volume &other) {
        return other.uuid == root->uuid && other.device != device;
    });
    if (twin == volumes.end())
        return {};
    return fmt::format("the root on {} and {} have one UUID, {}: which of them a machine boots is "
                       "left to chance where its boot loader goes by that; give one of them "
                       "another (tune2fs -U, xfs_admin -U)",
                       base::escape(device), base::escape(twin->device), base::escape(root->uuid));
}

} // namespace

std::vector<std::string> volume_doubts(const std::vector<MountPoint> &mounted,
                                       const std::vector<Volume> &volumes, const DeviceHead &head) {
    std::vector<std::string> doubts;
    std::set<std::string> seen;
    for (const MountPoint &point : mounted)
        if (seen.insert(point.device).second && has_noted_errors(head(point.device)))
            doubts.push_back(
                fmt::format("a kernel has noted errors in the {} filesystem on {}, mounted on {}: "
                            "check it with e2fsck, as a machine may do when it boots",
                            base::escape(point.filesystem), base::escape(point.device),
                            base::escape(point.path)));
    if (!mounted.empty())
        if (std::string doubt = twin_of_root(mounted.front().device, volumes); !doubt.empty())
            doubts.push_back(std::move(doubt));
    return doubts;
}

} // namespace retouch::guest
