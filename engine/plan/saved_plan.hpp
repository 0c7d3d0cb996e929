#pragma once
// Saved plan: reads a plan that comes from a file. Whoever can write the file can make the digest
// right again, so it is read like a recipe: every member by its rule, and what follows from other
// members is made anew. What only planning could see (changes, effects, notes) is taken as it is.

#include "retouch/error.hpp"
#include "retouch/plan.hpp"

#include <string>

namespace retouch::plan {

/// Reads and judges `text`, which is untrusted, and opens nothing. What is returned could have been
/// planned: its steps are as the recipe's readers make them, summaries included, and `injected`
/// names exactly the host files they read.
/// Throws Error: invalid, naming the first member that is wrong and what was expected there.
[[nodiscard]] Plan read_plan(const std::string &text);

/// Throws Error: invalid when a field of `plan` beside its steps breaks its rule.
void require_sound_fields(const Plan &plan);

/// Makes the steps of `plan` again from their options, with all that follows from them. Throws
/// Error: invalid when they do not come out as the plan has them; a summary is no reason.
void restore_steps(Plan &plan);

/// "the plan is not acceptable: PLACE: WHAT", `what` cut to a bounded length.
[[nodiscard]] Error unacceptable(const std::string &place, const std::string &what);

/// The name a recipe has in its file: without the row of a matrix. Throws Error: invalid when what
/// stands for a row is the name of none.
[[nodiscard]] std::string name_in_file(const std::string &name, const std::string &place);

} // namespace retouch::plan
