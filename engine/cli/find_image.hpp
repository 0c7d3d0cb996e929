#pragma once
// Find image: the image a user means by an id or a name on the command line.

#include "retouch/catalog.hpp"

#include <string>

namespace retouch::cli {

/// An id, or a name that only one visible image bears (or, when none is visible, only one hidden).
/// Throws Error: failed, listing the images when several are meant.
[[nodiscard]] Image find_image(const CatalogView &catalog, const std::string &name_or_id);

/// The same for acts that cannot be taken back: hidden images count as much as visible ones, and
/// those of other projects are named by their ids.
[[nodiscard]] Image find_only_image(const CatalogView &catalog, const std::string &name_or_id);

} // namespace retouch::cli
