#pragma once
// Removals of the section `files`: of one path, or of what a pattern names, but for what other
// entries of the recipe put there.

#include "retouch/step_kind.hpp"
#include "steps/files/path_claims.hpp"
#include "steps/support/reading.hpp"

#include <vector>

namespace retouch::steps {

/// Fills in options, identity and summary of the step for the value of `remove`. False after a
/// mistake.
bool read_removal(const Value &path, PathClaims &claims, const Reader &reader, Step &step);

/// When all entries are read: what is not removed because other entries own it.
void keep_what_is_claimed(Step &step, const Mark &mark, const PathClaims &claims,
                          const Reader &reader);

/// True for the options of a removal.
[[nodiscard]] bool is_removal(const Json &options);

// As StepKind's functions of these names.

[[nodiscard]] StepChange preview_removal(const Step &step, const GuestView &guest);
[[nodiscard]] StepResult execute_removal(const Step &step, Guest &guest);
[[nodiscard]] std::vector<Foreseen> foresee_removal(const Step &step, const GuestView &guest);

} // namespace retouch::steps
