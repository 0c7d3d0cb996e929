#pragma once
// Preconditions: is the world still the one a saved plan was made for? Asked under the lock before
// anything is written. It looks at records; injected files are digested by the steps that use them.

#include "retouch/catalog.hpp"
#include "retouch/plan.hpp"

namespace retouch {

/// Throws Error: stale when the plan has expired, refused when its rehearsal did not pass.
void require_acceptable(const Plan &plan);

/// Throws Error: stale, naming everything that moved: images that appeared, vanished or changed,
/// and host files whose bytes differ, unless the rehearsed bytes were kept.
void require_unchanged(const Target &target, const CatalogView &catalog);

} // namespace retouch
