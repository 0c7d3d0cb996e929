#pragma once
// Preconditions: is the world still the one a saved plan was made for, and was the plan made for
// it? Asked under the lock before anything is written. It looks at records and at injected files,
// which the steps that use them digest again; never at the bytes of images.

#include "retouch/catalog.hpp"
#include "retouch/plan.hpp"

#include <cstddef>

namespace retouch {

/// Throws Error: stale when the plan has expired, refused when its rehearsal did not pass.
void require_acceptable(const Plan &plan);

/// The target of `plan` at `index` against what is there now.
/// Throws Error: stale, naming everything that moved: images that appeared, vanished or changed, or
/// have another name or other contents than the plan says; host files whose bytes differ, unless
/// the rehearsed bytes were kept; and whatever else planning would give otherwise now. Throws
/// Error: invalid, when the plan has chosen what no recipe may choose.
void require_unchanged(const Plan &plan, std::size_t index, const CatalogView &catalog);

} // namespace retouch
