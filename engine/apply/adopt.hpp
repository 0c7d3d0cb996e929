#pragma once
// Adopting: the bytes a rehearsal kept take the place of a stage whose steps have just run. No
// guest is opened and no step runs.

#include "retouch/catalog.hpp"
#include "retouch/plan.hpp"
#include "retouch/report.hpp"

#include <memory>
#include <string>

namespace retouch::apply {

/// Fills `report` with what the steps did in the rehearsal. Requires: the target was rehearsed.
void report_as_rehearsed(const Target &target, TargetReport &report);

/// The kept stage of `target`, sealed, called `id` from now on. Requires: target.kept(). Throws
/// Error: stale, leaving it kept, when it is not what was rehearsed.
[[nodiscard]] std::unique_ptr<Stage> adopt_kept(const Target &target, const std::string &id,
                                                Catalog &catalog);

} // namespace retouch::apply
