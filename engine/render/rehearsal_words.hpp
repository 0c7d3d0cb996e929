#pragma once
// Rehearsal words: what a rehearsal of one target amounts to, and what is wrong with it, for every
// view of plans. The verdict itself is the model's.

#include "model/rehearsal_verdict.hpp"
#include "render/effect_words.hpp"
#include "retouch/plan.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace retouch::render {

/// Something a reviewer must see. All of it is safe to print.
struct RehearsalProblem {
    std::string what;              ///< one line: "recipes/web.yaml:26: run: ... changed ..."
    std::vector<EffectLine> lines; ///< the difference, when that says more
    std::string advice;            ///< one line; may be empty

    bool operator==(const RehearsalProblem &) const = default;
};

/// Why it did not pass, the limits that were broken, the steps that changed something again.
/// Requires: the target was rehearsed.
[[nodiscard]] std::vector<RehearsalProblem> rehearsal_problems(const Target &target);

/// All steps together.
[[nodiscard]] Effect whole_effect(const Target &target);

/// "passed", "passed, idempotent", "failed", "limits broken", "not idempotent".
[[nodiscard]] std::string_view verdict_words(model::RehearsalVerdict verdict);

/// "Rehearsed on host at ...: 3 steps, 12 packages, 214 files, 38.2 MiB written; nothing kept", or
/// until when its stage is kept, and where.
/// Requires: the target was rehearsed.
[[nodiscard]] std::string rehearsal_summary(const Target &target);

/// What a kept stage is for, and how to be rid of it; empty when nothing is kept.
[[nodiscard]] std::string kept_advice(const Target &target);

} // namespace retouch::render
