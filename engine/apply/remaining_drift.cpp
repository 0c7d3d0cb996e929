// Remaining drift: looked for after the record converged, so that only what is left is found.
// A new image has none; nothing is read of the bytes, for that may take long.

#include "apply/remaining_drift.hpp"

#include "plan/drift.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

namespace retouch::apply {

void note_remaining_drift(const plan::CheckedRecipe &checked, const CatalogView &catalog,
                          const plan::PlanOptions &options, TargetReport &report) {
    if (report.outcome != TargetOutcome::unchanged && report.outcome != TargetOutcome::updated)
        return;
    try {
        for (const Deviation &left : plan::find_drift(checked, catalog, options, {}).drift)
            report.notes.push_back(fmt::format("changed by hand: {}: expected {}, found {}; {}",
                                               left.what, left.expected, left.found, left.remedy));
    } catch (const Error &error) {
        if (error.kind() == ErrorKind::interrupted)
            throw;
        report.notes.push_back(
            fmt::format("changes by hand could not be looked for: {}", error.what()));
    }
}

} // namespace retouch::apply
