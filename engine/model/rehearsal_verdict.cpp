// Rehearsal verdict: see the header. What is made anew is told, but making it twice is no fault.

#include "model/rehearsal_verdict.hpp"

#include "model/code_places.hpp"
#include "model/volatile_change.hpp"

#include <algorithm>

namespace retouch::model {

namespace {

bool was_proven(const Target &target) {
    return !target.steps.empty() &&
           std::ranges::all_of(target.steps, [](const PlannedStep &planned) {
               return planned.rehearsed && planned.rehearsed->again;
           });
}

} // namespace

Effect without_volatile(Effect effect, const std::vector<std::string> &globs) {
    std::erase_if(effect.files,
                  [&](const EntryChange &change) { return is_volatile_change(change, globs); });
    return effect;
}

Effect repeated_part(Effect again, const std::vector<std::string> &globs) {
    std::erase_if(again.files, [](const EntryChange &change) {
        return change.before && change.after && is_made_anew(change.path) &&
               lasting_part(change.path, *change.before) ==
                   lasting_part(change.path, *change.after);
    });
    return without_volatile(std::move(again), globs);
}

bool changes_again(const PlannedStep &step, const Target &target) {
    return step.rehearsed && step.rehearsed->again &&
           !repeated_part(*step.rehearsed->again, target.volatile_paths).changes_nothing();
}

RehearsalVerdict verdict_of(const Target &target) {
    const Rehearsal &rehearsal = target.rehearsal.value();
    if (!rehearsal.error.empty() || (!rehearsal.passed && rehearsal.violations.empty()))
        return RehearsalVerdict::failed;
    if (!rehearsal.violations.empty())
        return RehearsalVerdict::limits_broken;
    if (std::ranges::any_of(target.steps,
                            [&](const PlannedStep &step) { return changes_again(step, target); }))
        return RehearsalVerdict::not_idempotent;
    return was_proven(target) ? RehearsalVerdict::proven : RehearsalVerdict::passed;
}

bool passed_rehearsal(const Target &target) {
    return !target.rehearsal || verdict_of(target) >= RehearsalVerdict::passed;
}

} // namespace retouch::model
