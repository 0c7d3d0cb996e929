#include "apply/run_steps.hpp"

#include "apply/labels.hpp"
#include "base/clock.hpp"
#include "base/interrupt.hpp"
#include "model/names.hpp"
#include "plan/label_notes.hpp"
#include "plan/projections.hpp"
#include "retouch/error.hpp"
#include "retouch/step_kind.hpp"

#include <fmt/format.h>

#include <set>
#include <string>
#include <utility>

namespace retouch::apply {

namespace {

void announce(const Step &step, std::size_t index, std::size_t count, const TargetReport &report,
              EventSink &events) {
    events.on({EventKind::step_started,
               report.name,
               step.summary,
               {{"id", step.id},
                {"kind", step.kind},
                {"summary", step.summary},
                {"index", index},
                {"count", count}}});
}

void conclude(const StepReport &step, const TargetReport &report, EventSink &events) {
    Json details = {{"id", step.id},
                    {"outcome", model::to_string(step.result.outcome)},
                    {"seconds", step.result.seconds}};
    if (step.result.exit_status)
        details["exit_status"] = *step.result.exit_status;
    events.on({EventKind::step_finished, report.name, step.summary, std::move(details)});
}

void fail(StepResult &result, const std::string &message) {
    result.outcome = StepOutcome::failed;
    result.message = message;
}

struct Hidden {
    std::set<std::string> paths;
    std::set<std::string> digests;
};

void note_hidden(const Step &step, Hidden &hidden) {
    if (step.holds_secrets)
        hidden.paths.insert(step.places.begin(), step.places.end());
    if (const auto contents = find_step_kind(step.kind)->hidden)
        for (HiddenContents &each : contents(step)) {
            hidden.paths.insert(std::move(each.path));
            if (!each.sha256.empty())
                hidden.digests.insert(std::move(each.sha256));
        }
}

/// What came from where not everybody may look is shown to nobody, whichever step changes it, and
/// wherever it is taken.
void hide(Effect &effect, const Hidden &hidden) {
    const auto holds = [&](const std::optional<EntryState> &state) {
        return state && hidden.digests.contains(state->sha256);
    };
    for (EntryChange &change : effect.files)
        if (hidden.paths.contains(change.path) || holds(change.before) || holds(change.after))
            change.diff.clear();
}

StepResult executed(const Step &step, Guest &guest) {
    if (step.systems.include(guest.facts().os()))
        return find_step_kind(step.kind)->execute(step, guest);
    StepResult result;
    result.outcome = StepOutcome::skipped;
    result.message = plan::why_elsewhere(step, guest.facts());
    return result;
}

/// How many steps there are up to the last one that may write.
std::size_t writing_steps(const Target &target) {
    std::size_t count = target.steps.size();
    while (count > 0 && find_step_kind(target.steps[count - 1].step.kind)->only_looks)
        --count;
    return count;
}

} // namespace

bool run_steps(const Target &target, Guest &guest, guest::Observer *observer, TargetReport &report,
               EventSink &events) {
    report.steps.clear();
    for (const PlannedStep &planned : target.steps)
        report.steps.push_back({planned.step.id, planned.step.kind, planned.step.origin,
                                planned.step.summary, StepResult{}, std::nullopt});
    Hidden hidden;
    for (const PlannedStep &planned : target.steps)
        note_hidden(planned.step, hidden);
    const std::size_t writing = writing_steps(target);
    for (std::size_t index = 0; index < target.steps.size(); ++index) {
        base::check_interrupt();
        const Step &step = target.steps[index].step;
        StepReport &done = report.steps[index];
        announce(step, index, target.steps.size(), report, events);
        const base::Stopwatch stopwatch;
        try {
            done.result = executed(step, guest);
            done.result.seconds = stopwatch.seconds();
        } catch (const Error &error) {
            fail(done.result, error.what());
            done.result.seconds = stopwatch.seconds();
            conclude(done, report, events);
            throw;
        }
        if (observer != nullptr) {
            done.effect = observer->effect();
            hide(*done.effect, hidden);
        }
        conclude(done, report, events);
        if (done.result.outcome == StepOutcome::failed) {
            report.error = fmt::format("{}:{}: {}: {}", step.origin.file, step.origin.line,
                                       step.summary, done.result.message);
            return false;
        }
        if (index + 1 == writing)
            set_labels_behind_steps(plan::label_scope(target.steps, guest.facts()), guest, observer,
                                    report, events);
    }
    if (observer != nullptr)
        observer->finish();
    return true;
}

} // namespace retouch::apply
