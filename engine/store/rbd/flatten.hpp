#pragma once
// Flattening: copies all an image shares with its parent, so that it needs it no more. The one long
// act of the store, over a connection of its own that has no time limits. Whether an image is to be
// flattened is not decided here.

#include "store/rbd/cluster.hpp"

#include <chrono>
#include <string>

namespace retouch::store {

/// Flattens POOL/IMAGE; done at once when it has no parent. `progress` is called from the calling
/// thread. Can be repeated after any end. Requires: the caller does not have it open for writing.
/// Throws Error: interrupted when `progress` returns false or a signal arrives, also while Ceph
/// does not answer; temporary when nothing was copied for `patience`. Then what waits for Ceph is
/// left behind, see apart.hpp, and may go on until the process ends. Otherwise as ImageHandle.
void flatten_image(const RbdAccess &access, const std::string &pool, const std::string &image,
                   const WorkProgress &progress,
                   std::chrono::seconds patience = std::chrono::seconds(120));

} // namespace retouch::store
