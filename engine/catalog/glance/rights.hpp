#pragma once
// Rights: whether the service will allow what publishing needs, asked before any work with changes
// that cannot be made. Deleting and uploading cannot be asked for so; they are what a user may who
// may make records.

#include "catalog/glance/image_api.hpp"
#include "retouch/publish.hpp"

#include <string>

namespace retouch::catalog {

/// Whether the queued record `draft` may be given a location (when `way` needs one) and
/// `visibility`. Throws Error: not_authorised, saying what is missing.
void check_rights(const ImageApi &api, const Image &draft, const std::string &visibility,
                  const PublishWay &way);

/// Whether the published `image` may be changed as `wanted` says; fine when it is gone. Throws
/// Error: not_authorised.
void check_change(const ImageApi &api, const Image &image, const ImageChange &wanted);

} // namespace retouch::catalog
