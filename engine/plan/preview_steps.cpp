// What steps would change, foreseen one after the other: each looks at the guest as the ones before
// it will have left it, as far as that is known. Declared with the planner, who asks for it.

#include "plan/planner.hpp"

#include "guest/resolve.hpp"
#include "plan/foreseen_guest.hpp"
#include "plan/label_notes.hpp"
#include "plan/projections.hpp"
#include "plan/step_order.hpp"
#include "retouch/step_kind.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>

namespace retouch::plan {

namespace {

/// What a step would change in `guest`. Where steps before it do what nobody knows, they may take
/// out of its way what is there now.
StepChange previewed(const Step &step, const GuestView &guest, bool anything_may_come) {
    if (!step.systems.include(guest.facts().os()))
        return {StepState::skipped, why_elsewhere(step, guest.facts()), ""};
    try {
        return find_step_kind(step.kind)->preview(step, guest);
    } catch (const StepObstacle &obstacle) {
        if (!anything_may_come)
            throw;
        return {StepState::unknown,
                "known when the steps before it are done; now " + obstacle.reason(), ""};
    }
}

bool changes_something(const PlannedStep &planned) {
    const StepState state = planned.change.state;
    return !find_step_kind(planned.step.kind)->only_looks &&
           (state == StepState::unknown || state == StepState::change);
}

/// True for code of the recipe that will run: what a package manager or another tool does is known
/// well enough to leave alone what other steps look after.
bool runs_commands(const PlannedStep &planned) {
    return !planned.step.script.empty() && find_step_kind(planned.step.kind)->foresee == nullptr &&
           changes_something(planned);
}

/// What is as wanted now need not be so behind commands. Cleaning always is about what they leave.
void doubt_that_it_stays(PlannedStep &planned) {
    const StepKind &kind = *find_step_kind(planned.step.kind);
    if (planned.change.state != StepState::unchanged || kind.foresee == nullptr ||
        kind.order > k_late_order)
        return;
    planned.change = {StepState::unknown,
                      "as wanted now; known when the commands before it are done", ""};
}

/// From now on `after` is as the step leaves it. True when nobody knows before what it does to
/// which file.
bool may_change_anything(const PlannedStep &planned, ForeseenGuest &after) {
    if (!changes_something(planned))
        return false;
    const bool is_known = after.add(planned.step);
    return !is_known || planned.change.state == StepState::unknown;
}

/// Shows nothing of what an earlier step put there from where not everybody may look. `hidden`:
/// paths without links of such files; those of this step are added.
void hide_diff(PlannedStep &planned, std::set<std::string> &hidden, const GuestView &guest) {
    if (planned.step.holds_secrets)
        planned.change.diff.clear();
    if (!planned.change.diff.empty() && !hidden.empty())
        for (const std::string &path : planned.step.places)
            if (hidden.contains(guest::resolve_in_guest(guest, path)))
                planned.change.diff.clear();
    if (const auto contents = find_step_kind(planned.step.kind)->hidden)
        for (const HiddenContents &each : contents(planned.step))
            hidden.insert(guest::resolve_in_guest(guest, each.path));
}

/// Lines that a step puts into /etc/fstab are true of what steps before it put into the image, too.
void refuse_what_new_mounts_hide(const Target &target, const GuestView &guest,
                                 const ForeseenGuest &after) {
    const Foreseen *fstab = after.foreseen("/etc/fstab");
    if (fstab == nullptr)
        return;
    ForeseenGuest before(guest);
    before.fix(*fstab);
    bool anything_may_come = false;
    for (const PlannedStep &planned : target.steps) {
        if (!planned.step.places.empty())
            static_cast<void>(previewed(planned.step, before, anything_may_come));
        anything_may_come = may_change_anything(planned, before) || anything_may_come;
    }
}

} // namespace

void preview_steps(Target &target, const GuestView &guest) {
    target.mounts = guest.facts().mount_points;
    ForeseenGuest after(guest);
    std::set<std::string> hidden;
    bool anything_may_come = false;
    bool commands_ran = false;
    for (PlannedStep &planned : target.steps) {
        planned.change = previewed(planned.step, after, anything_may_come);
        if (commands_ran)
            doubt_that_it_stays(planned);
        hide_diff(planned, hidden, after);
        commands_ran = commands_ran || runs_commands(planned);
        anything_may_come = may_change_anything(planned, after) || anything_may_come;
    }
    refuse_what_new_mounts_hide(target, guest, after);
    if (std::ranges::any_of(target.steps, changes_something))
        std::ranges::move(notes_on_labels(guest, after, label_scope(target.steps, guest.facts())),
                          std::back_inserter(target.notes));
}

} // namespace retouch::plan
