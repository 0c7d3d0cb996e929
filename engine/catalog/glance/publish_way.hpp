#pragma once
// Publish way: how an image of this cloud can get its bytes. Whether the cloud will allow it is
// asked in rights.hpp; the publishing itself is the catalog's.

#include "catalog/glance/glance_store.hpp"
#include "catalog/glance/image_api.hpp"
#include "retouch/publish.hpp"

#include <string>

namespace retouch::catalog {

/// The cheapest way open for an image made from `source`, with the reason. Throws Error: refused
/// when the store will not work on `source`.
[[nodiscard]] PublishWay choose_publish_way(const ImageApi &api, const GlanceStore &store,
                                            const GlanceImage &source);

} // namespace retouch::catalog
