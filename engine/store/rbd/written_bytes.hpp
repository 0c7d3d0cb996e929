#pragma once
// Written bytes: how much was written to an image since a snapshot of its own. It reads the image's
// maps, and data only where these cannot tell.

#include "store/rbd/image_handle.hpp"

#include <cstdint>
#include <string>

namespace retouch {

/// Exact for data that replaces data. Where there was none, only blocks of 4 KiB that are not all
/// zero count: a new object is listed from its start, whatever part of it was written. Of what was
/// discarded, whole objects do not count; a part of one does, for it is kept as zeros. Costs time
/// by what was written, not by the size of the image. Throws Error.
[[nodiscard]] std::uint64_t bytes_written_since(const ImageHandle &image,
                                                const std::string &snapshot);

/// True when anything was written or discarded since the snapshot, or the size changed. Writing the
/// same bytes again counts as well. Throws Error.
[[nodiscard]] bool changed_since(const ImageHandle &image, const std::string &snapshot,
                                 std::uint64_t size_then);

} // namespace retouch
