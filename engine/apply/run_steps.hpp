#pragma once
// Running a target's steps in an opened guest, in order, until one fails. It knows nothing of
// stages and catalogs.

#include "guest/observer.hpp"
#include "retouch/event.hpp"
#include "retouch/guest.hpp"
#include "retouch/plan.hpp"
#include "retouch/report.hpp"

namespace retouch::apply {

/// Fills `report.steps`; steps behind a failed one are not_reached. Returns true when all
/// succeeded. Throws Error for guest trouble and interruption, with the steps so far in the report.
/// With an `observer` the report tells what each step did; it may be nullptr.
bool run_steps(const Target &target, Guest &guest, guest::Observer *observer, TargetReport &report,
               EventSink &events);

} // namespace retouch::apply
