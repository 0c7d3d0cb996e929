#pragma once
// Rehearsal verdict: what a rehearsal proves of a target. Views word it, exit codes follow it.
// Pure functions: they can be called from any thread.

#include "retouch/effect.hpp"
#include "retouch/plan.hpp"

#include <string>
#include <vector>

namespace retouch::model {

/// The worst that is true; only the last two let a plan be applied.
enum class RehearsalVerdict {
    failed,         ///< a step, or the rehearsal itself
    limits_broken,  ///< of the recipe
    not_idempotent, ///< a second run still changed something
    passed,         ///< the steps ran once
    proven,         ///< a second run changed nothing any more
};

/// Requires: the target was rehearsed.
[[nodiscard]] RehearsalVerdict verdict_of(const Target &target);

/// True when it was not rehearsed, too.
[[nodiscard]] bool passed_rehearsal(const Target &target);

/// The effect without changes that are volatile. Which paths that are is the plan's word; what is
/// run is never volatile.
[[nodiscard]] Effect without_volatile(Effect effect, const std::vector<std::string> &globs);

/// What is left of the effect of a second run but for changes that are volatile or made anew.
[[nodiscard]] Effect repeated_part(Effect again, const std::vector<std::string> &globs);

/// True when the step of `target` changed more than that on a second run.
[[nodiscard]] bool changes_again(const PlannedStep &step, const Target &target);

} // namespace retouch::model
