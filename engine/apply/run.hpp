#pragma once
// One run of apply: what its acts on targets share, and how the run as a whole begins, asks and
// ends. Nothing of a single target is here.

#include "apply/apply.hpp"
#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "retouch/error.hpp"

#include <string>
#include <vector>

namespace retouch::apply {

/// It borrows everything. One thread works on a run.
struct Run {
    Catalog &catalog;
    const ApplyOptions &options;
    const Confirm &confirm;
    EventSink &events;
    std::string id = base::random_uuid();
    base::Stopwatch stopwatch{};
    mutable double waited_seconds = 0; ///< for the user's answer, which are no time of the work
};

/// Declining is an answer, not a failure of the target: it leaves as an Error of its own.
struct Cancelled : Error {
    Cancelled() : Error(ErrorKind::failed, "apply was cancelled; nothing was changed") {}
};

/// Asks the user; once they have agreed, clears what earlier runs left. Throws Cancelled, and Error
/// when that cannot be cleared.
void ask(const Run &run, const Plan &plan, const Target &target, const NameLock &lock);

/// What is left to be done of an image that is published all the same: notes, and the exit code
/// that asks for another run.
void add_left(TargetReport &report, const std::vector<std::string> &left);

/// The beginning of the run's report, told as an event. `recipes`: their names.
[[nodiscard]] Report start_report(const Run &run, const std::string &catalog,
                                  const std::string &recipes);

/// Its totals, told likewise.
void end_report(const Run &run, Report &report);

} // namespace retouch::apply
