#pragma once
// Volatile part: an effect split in what tells something and what comes out differently each time.
// Which paths that are is the plan's word.

#include "retouch/effect.hpp"
#include "retouch/plan.hpp"

#include <string>
#include <vector>

namespace retouch {

/// True when one of `globs` matches the path and no rights are gained by the change.
[[nodiscard]] bool is_volatile_change(const EntryChange &change,
                                      const std::vector<std::string> &globs);

/// The effect without those changes.
[[nodiscard]] Effect without_volatile(Effect effect, const std::vector<std::string> &globs);

/// True when the step of `target` changed more than volatile paths on a second run.
[[nodiscard]] bool changes_again(const PlannedStep &step, const Target &target);

} // namespace retouch
