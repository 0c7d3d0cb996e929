#pragma once
// Remaining drift: what was changed by hand and an apply did not put right, as notes of its report.
// It looks and fixes nothing.

#include "plan/planner.hpp"
#include "retouch/report.hpp"

namespace retouch::apply {

/// For a target whose image was there already: `report.notes` gets a note for each difference that
/// is left, and one when they could not be looked for. Throws Error: interrupted.
void note_remaining_drift(const plan::CheckedRecipe &checked, const CatalogView &catalog,
                          const plan::PlanOptions &options, TargetReport &report);

} // namespace retouch::apply
