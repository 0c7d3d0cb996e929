#pragma once
// Preconditions: is the world still the one a saved plan was made for, and was the plan made for
// it? Asked under the lock before anything is written. It looks at records and at injected files,
// which the steps that use them digest again; never at the bytes of images.

#include "retouch/catalog.hpp"
#include "retouch/plan.hpp"

#include <cstddef>
#include <string>

namespace retouch::plan {

/// Throws Error: stale when the plan has expired, refused when its rehearsal did not pass.
void require_acceptable(const Plan &plan);

/// In the middle of a run: the images that `target` of a plan of the recipe `recipe_name` works
/// with, and those under its names, against what is there now. Unfinished ones do not count.
/// Throws Error: stale, naming everything that moved, as require_unchanged() does.
void require_same_images(const Target &target, const std::string &recipe_name,
                         const CatalogView &catalog);

/// The target of `plan` at `index` against what is there now.
/// Throws Error: stale, naming everything that moved: images that appeared, vanished or changed, or
/// have another name or other contents than the plan says; host files whose bytes differ, unless
/// the rehearsed bytes were kept; and whatever else planning would give otherwise now. Throws
/// Error: invalid, when the plan has chosen what no recipe may choose; refused, when it is for
/// another project than this one and the source's.
void require_unchanged(const Plan &plan, std::size_t index, const CatalogView &catalog);

} // namespace retouch::plan
