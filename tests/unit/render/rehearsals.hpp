#pragma once
// Rehearsals: plans whose steps were rehearsed, with every kind of effect, problem and hostile
// name.

#include "retouch/plan.hpp"
#include "support/entry_changes.hpp"

#include <string>

namespace retouch {

/// A step of the kind `commands`.
[[nodiscard]] PlannedStep command_step(int index, const std::string &summary);

/// One step that installs packages with 2,000 files, one that does nothing, a check that passed.
[[nodiscard]] Plan upgrade_plan();

/// Every kind of change, once.
[[nodiscard]] Plan kinds_plan();

/// A command fails with output, the rest is not reached.
[[nodiscard]] Plan failed_plan();

/// Every limit is broken, one of them very often.
[[nodiscard]] Plan violating_plan();

/// Steps that change something again on a second run, each in a way of its own.
[[nodiscard]] Plan repeating_plan();

/// Escape sequences, newlines, backticks, bars, tags wherever a guest may put a string.
[[nodiscard]] Plan hostile_rehearsal();

} // namespace retouch
