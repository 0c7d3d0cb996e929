#pragma once
// Replanning: a target of a saved plan is planned once more, from what its recipe may choose and
// from what the catalog holds now. What the plan says of the catalog is not among the choices, so
// that it can be compared.

#include "retouch/catalog.hpp"
#include "retouch/plan.hpp"

#include <string>

namespace retouch::plan {

/// What planning gives for the choices of `target`, which stands at `place` of a plan of `recipe`:
/// all its members but reasons, notes, volatile paths and the rehearsal. A date in a name stays the
/// plan's, as does uploading where more is possible.
/// Throws Error: invalid when a choice is none that a recipe may make, stale when the image it
/// builds from or changes is gone; and as planning does.
[[nodiscard]] Target replanned(const Target &target, const std::string &place,
                               const CatalogView &catalog);

} // namespace retouch::plan
