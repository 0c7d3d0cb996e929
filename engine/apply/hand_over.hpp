#pragma once
// Hand-over: the record of a sealed image is made complete and invisible, then takes the name from
// the images before it in one catalog change. Before that change everything can be undone; after it
// nothing needs to be.

#include "apply/journal.hpp"
#include "retouch/catalog.hpp"
#include "retouch/plan.hpp"
#include "retouch/store.hpp"

namespace retouch {

/// Publishes `stage` as `target` says. When it throws, the catalog is as before.
void publish(const Target &target, const PlannedRecipe &recipe, Stage &stage,
             const SealedImage &sealed, Catalog &catalog, Journal &journal);

/// Converges properties and publish fields of the present generation. Throws Error, changing
/// nothing.
void converge(const Target &target, Catalog &catalog, Journal &journal);

} // namespace retouch
