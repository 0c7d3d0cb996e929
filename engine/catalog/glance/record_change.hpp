#pragma once
// Record changes: what an ImageChange becomes as a JSON patch, and whether a record is so. Pure
// functions; a record's status and its members are other calls.

#include "catalog/glance/image_json.hpp"
#include "retouch/image.hpp"

namespace retouch::catalog {

/// The patch that makes `before` as `wanted` says; names what differs only. Visibility comes last.
[[nodiscard]] ImagePatch patch_for(const Image &before, const ImageChange &wanted);

/// True when `record` is as `wanted` says; members aside.
[[nodiscard]] bool is_as_wanted(const Image &record, const ImageChange &wanted);

} // namespace retouch::catalog
