// Plan summary: counting and the one line.
// Steps count only where they will run: an image that is updated in place or left alone has none.
// It does not judge; Plan::has_changes() is what exit codes go by.

#include "render/plan_summary.hpp"

#include "base/text.hpp"
#include "render/rehearsal_words.hpp"
#include "render/wording.hpp"

#include <algorithm>
#include <cassert>
#include <fmt/format.h>

namespace retouch::render {

namespace {

void count_step(StepState state, PlanCounts &counts) {
    switch (state) {
    case StepState::change:
        ++counts.changing;
        return;
    case StepState::unchanged:
        ++counts.unchanged;
        return;
    case StepState::skipped:
        ++counts.skipped;
        return;
    case StepState::unknown:
        ++counts.unknown;
        return;
    }
    assert(false);
}

std::string described_by(const Plan &plan) {
    const std::vector<const PlannedRecipe *> recipes = plan.recipes();
    return recipes.size() == 1 ? base::escape(recipes.front()->path) + " describes"
                               : fmt::format("{} recipes describe", recipes.size());
}

std::string no_changes(const Plan &plan, const PlanCounts &counts) {
    if (counts.held > 0)
        return fmt::format("No changes. {} held back: what {} was rolled back by hand.",
                           counts.held == 1 ? "1 image is"
                                            : fmt::format("{} images are", counts.held),
                           described_by(plan));
    if (plan.targets.size() == 1 && plan.targets.front().present)
        return fmt::format("No changes. {} already is what {}.",
                           reference_text(*plan.targets.front().present), described_by(plan));
    return fmt::format("No changes. Everything already is as {}.", described_by(plan));
}

} // namespace

PlanCounts &PlanCounts::operator+=(const PlanCounts &other) {
    create += other.create;
    update += other.update;
    none += other.none;
    held += other.held;
    changing += other.changing;
    unchanged += other.unchanged;
    skipped += other.skipped;
    unknown += other.unknown;
    failed += other.failed;
    return *this;
}

PlanCounts count_plan(const Plan &plan) {
    PlanCounts counts;
    for (const Target &target : plan.targets) {
        if (!model::passed_rehearsal(target)) {
            ++counts.failed;
            continue;
        }
        switch (target.action) {
        case Action::create:
            ++counts.create;
            for (const PlannedStep &step : target.steps)
                count_step(known_state(step), counts);
            break;
        case Action::update:
            ++counts.update;
            break;
        case Action::none:
            ++counts.none;
            break;
        case Action::held:
            ++counts.held;
            break;
        }
    }
    return counts;
}

std::string counts_words(const PlanCounts &counts) {
    std::string text = fmt::format("Plan: {} to create, {} to update in place",
                                   counted(counts.create, "image"), counts.update);
    if (counts.none > 0)
        text += fmt::format(", {} as wanted", counts.none);
    if (counts.held > 0)
        text += fmt::format(", {} held back", counts.held);
    if (counts.steps() > 0)
        text += fmt::format("; {} {}, {} unchanged, {} will run with unknown effect, {} skipped",
                            counted(counts.changing, "step"),
                            counts.changing == 1 ? "changes" : "change", counts.unchanged,
                            counts.unknown, counts.skipped);
    return text;
}

std::string plan_fault(const Plan &plan) {
    std::string text;
    for (const Target &target : plan.targets) {
        if (model::passed_rehearsal(target))
            continue;
        const model::RehearsalVerdict verdict = model::verdict_of(target);
        base::add_part(text, fmt::format("the rehearsal of {}{} {}", in_quotes(target.publish.name),
                                         verdict == model::RehearsalVerdict::failed ? "" : ":",
                                         verdict_words(verdict)));
    }
    return text;
}

std::string plan_summary(const Plan &plan) {
    const PlanCounts counts = count_plan(plan);
    const bool work = counts.create + counts.update > 0;
    if (const std::string fault = plan_fault(plan); !fault.empty())
        return fmt::format("Failed: {}.{}", fault, work ? " " + counts_words(counts) + "." : "");
    if (!work)
        return no_changes(plan, counts);
    const bool rehearsed = std::ranges::any_of(
        plan.targets, [](const Target &target) { return target.rehearsal.has_value(); });
    return counts_words(counts) + (rehearsed ? ". Rehearsal passed." : ".");
}

} // namespace retouch::render
