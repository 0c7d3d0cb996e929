#pragma once
// In use: whether anything was cloned from the bytes of an image, which then must not be removed.

#include "catalog/glance/glance_store.hpp"
#include "retouch/image.hpp"

#include <string>

namespace retouch::catalog {

/// `pool` is where images are. Throws Error: refused, naming them, when clones of the bytes can be
/// seen, also when they are in pools that may not be read; interrupted.
void require_no_clones(const GlanceStore &store, const std::string &pool, const Image &image);

} // namespace retouch::catalog
