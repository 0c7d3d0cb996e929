#pragma once

// Rehearsal: a plan's steps run on a stage that is thrown away, to see what they really do. Never
// publishes; whatever happens nothing stays behind but stages that were asked for and passed.

#include "apply/apply.hpp"
#include "apply/kept.hpp"

namespace retouch::apply {

struct RehearsalOptions {
    /// Run all steps once more on the result, and see what changes again (--prove).
    bool prove = false;
    /// RFC 3339: stages of targets that passed are kept until then; empty: none is.
    std::string keep_until = {};
};

/// Looks at and runs the steps of every target that would be created, and fills in what is
/// foreseen, Target::rehearsal and PlannedStep::rehearsed. A step that fails by its own terms, or a
/// limit that is broken, is in the plan; Error is thrown for trouble with the guest, store or
/// catalog. The kept stages are in Rehearsal::kept; they last when the result is confirmed.
KeptStages rehearse(Plan &plan, Catalog &catalog, const ApplyOptions &options,
                    const RehearsalOptions &rehearsal, EventSink &events);

} // namespace retouch::apply
