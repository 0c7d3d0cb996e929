#pragma once
// Was an RBD image changed since a snapshot of its own? The cluster knows; no data is read.

#include "store/rbd/image_handle.hpp"

#include <cstdint>
#include <string>

namespace retouch::store {

/// True when anything was written or discarded since the snapshot, or the size changed. Writing the
/// same bytes again counts as well. Throws Error.
[[nodiscard]] bool changed_since(const ImageHandle &image, const std::string &snapshot,
                                 std::uint64_t size_then);

} // namespace retouch::store
