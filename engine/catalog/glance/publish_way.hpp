#pragma once
// Publish way: how an image of this cloud can get its bytes, and the check that the cloud will
// allow it, made before any work. The publishing itself is the catalog's.

#include "catalog/glance/glance_store.hpp"
#include "catalog/glance/image_api.hpp"
#include "retouch/publish.hpp"

#include <string>

namespace retouch {

/// The cheapest way open for an image made from `source`, with the reason. Throws Error: refused
/// when the store will not work on `source`.
[[nodiscard]] PublishWay choose_publish_way(const ImageApi &api, const GlanceStore &store,
                                            const GlanceImage &source);

/// Asks the service whether the queued record `draft` may be given a location (when `way` needs
/// one) and `visibility`, with a patch that cannot succeed: nothing is changed.
/// Throws Error: not_authorised, saying what is missing. `repeated`: an answer was lost before.
void check_rights(const ImageApi &api, const Image &draft, const std::string &visibility,
                  const PublishWay &way, bool repeated = false);

} // namespace retouch
