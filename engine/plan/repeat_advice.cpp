// Repeat advice. A kind that has nothing to say leaves one explanation: what its step makes is
// undone by another, and made once more.

#include "plan/repeat_advice.hpp"

#include "base/text.hpp"
#include "model/rehearsal_verdict.hpp"
#include "retouch/step_kind.hpp"

#include <fmt/format.h>

namespace retouch::plan {

namespace {

std::string advice_of(const Step &step, const Effect &first, const Effect &again) {
    const StepKind *kind = find_step_kind(step.kind);
    if (kind != nullptr && kind->advice != nullptr)
        return kind->advice(step, first, again);
    constexpr std::size_t k_longest = 200;
    return fmt::format("another step must be undoing it: look what changes {} after it",
                       again.files.empty() ? "the image"
                                           : base::clipped(again.files.front().path, k_longest));
}

} // namespace

void add_advice(Target &target) {
    for (PlannedStep &planned : target.steps)
        if (model::changes_again(planned, target))
            planned.rehearsed->advice =
                advice_of(planned.step, planned.rehearsed->effect,
                          model::repeated_part(*planned.rehearsed->again, target.volatile_paths));
}

} // namespace retouch::plan
