#include "apply/labels.hpp"

#include "apply/phases.hpp"
#include "guest/selinux/labelling.hpp"
#include "guest/selinux/policy.hpp"

#include <algorithm>
#include <iterator>

namespace retouch::apply {

namespace {

bool says_which(const StepReport &step) {
    return find_step_kind(step.kind)->labels != nullptr;
}

/// Of the step that left `path` as it was before it was labelled; else of the one that says which
/// files are labelled, or of the last one.
Effect &effect_with(const std::string &path, TargetReport &report) {
    const auto is_observed = [](const StepReport &step) { return step.effect.has_value(); };
    const auto has_it = [&](const StepReport &step) {
        return step.effect &&
               std::ranges::binary_search(step.effect->files, path, {}, &EntryChange::path);
    };
    auto found = std::find_if(report.steps.rbegin(), report.steps.rend(), has_it);
    if (found == report.steps.rend())
        found =
            std::find_if(report.steps.rbegin(), report.steps.rend(),
                         [&](const StepReport &step) { return step.effect && says_which(step); });
    if (found == report.steps.rend())
        found = std::find_if(report.steps.rbegin(), report.steps.rend(), is_observed);
    return found->effect.value();
}

void tell(EntryChange change, Effect &effect) {
    const auto found = std::ranges::lower_bound(effect.files, change.path, {}, &EntryChange::path);
    if (found == effect.files.end() || found->path != change.path) {
        effect.files.insert(found, std::move(change));
        return;
    }
    found->after = std::move(change.after);
    if (found->before == found->after)
        effect.files.erase(found);
}

bool is_wanted(LabelScope scope, const GuestView &guest) {
    switch (scope) {
    case LabelScope::changed:
        return guest::labelling_policy(guest).has_value();
    case LabelScope::all:
        return true;
    case LabelScope::none:
        break;
    }
    return false;
}

} // namespace

void set_labels_behind_steps(LabelScope scope, Guest &guest, guest::Observer *observer,
                             TargetReport &report, EventSink &events) {
    if (!is_wanted(scope, guest))
        return;
    const Phase phase(PhaseKind::label, report, events);
    guest::Labelling done =
        scope == LabelScope::all ? guest::label_everything(guest) : guest::label_new_entries(guest);
    std::ranges::move(done.notes, std::back_inserter(report.notes));
    if (observer == nullptr || done.labelled == 0)
        return;
    Effect labels = observer->effect();
    for (EntryChange &change : labels.files) {
        Effect &effect = effect_with(change.path, report);
        tell(std::move(change), effect);
    }
    effect_with({}, report).bytes_written += labels.bytes_written;
}

} // namespace retouch::apply
