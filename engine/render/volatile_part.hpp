#pragma once
// Volatile part: an effect split in what tells something and what comes out differently each time.
// Which paths that are is the plan's word; what is run is never volatile.

#include "retouch/effect.hpp"
#include "retouch/plan.hpp"

#include <string>
#include <vector>

namespace retouch {

/// The effect without changes that are volatile.
[[nodiscard]] Effect without_volatile(Effect effect, const std::vector<std::string> &globs);

/// What is left of the effect of a second run but for changes that are volatile or made anew.
[[nodiscard]] Effect repeated_part(Effect again, const std::vector<std::string> &globs);

/// True when the step of `target` changed more than volatile paths on a second run.
[[nodiscard]] bool changes_again(const PlannedStep &step, const Target &target);

} // namespace retouch
