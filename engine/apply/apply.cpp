// One target after the other: lock its name, see what is to be done, do it, report. The lock comes
// first and the last look after it, since between a plan and its lock another run may have
// published the same. A recipe is therefore planned again under its lock; a saved plan is held
// against the world, and refused as stale when something it was made from has moved.
//
// What goes wrong with one target is that target's failure, in the report. Only what concerns all
// of them leaves as an Error: that the user declined, a lock that is held, a catalog that is not
// there. The order within a new image, which is what keeps a cloud safe, is create.cpp's.

#include "apply/apply.hpp"

#include "apply/create.hpp"
#include "apply/detach.hpp"
#include "apply/hand_over.hpp"
#include "apply/journal.hpp"
#include "apply/phases.hpp"
#include "apply/run.hpp"
#include "base/exit_code.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "model/names.hpp"
#include "plan/applied.hpp"
#include "plan/drift.hpp"
#include "plan/preconditions.hpp"
#include "plan/source_selection.hpp"
#include "retouch/error.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace retouch::apply {

namespace {

void record_failure(TargetReport &report, const Error &error) {
    report.outcome = TargetOutcome::failed;
    if (report.error.empty())
        report.error = error.what();
    report.hint = error.hint();
    report.exit_code = base::exit_code(error.kind());
}

void update(const Run &run, const Plan &plan, const Target &target, NameLock &lock,
            TargetReport &report) {
    ask(run, plan, target, lock);
    Journal journal(run.catalog.state_directory(), run.id, run.catalog.project(), about(target));
    {
        const Phase phase(PhaseKind::publish, report, run.events);
        add_left(report, converge({target, run.id, run.catalog, journal, lock}));
    }
    report.image_id = target.present.value().id;
    report.outcome = TargetOutcome::updated;
}

void leave(const Target &target, TargetReport &report) {
    if (target.action == Action::held)
        report.notes.push_back(target.reason);
    report.image_id = target.present ? target.present->id : "";
    report.outcome = TargetOutcome::unchanged;
}

/// `lock` is held unless there is nothing to do.
TargetReport apply_target(const Run &run, Plan &plan, Target &target, NameLock *lock,
                          bool preview) {
    TargetReport report;
    report.recipe = target.recipe;
    report.name = target.publish.name;
    run.events.on({EventKind::target_started,
                   report.name,
                   target.reason,
                   {{"action", model::to_string(target.action)}}});
    try {
        switch (target.action) {
        case Action::create:
            create_image(run, plan, target, *lock, preview, report);
            break;
        case Action::update:
            update(run, plan, target, *lock, report);
            break;
        case Action::none:
        case Action::held:
            leave(target, report);
            break;
        }
        for (const std::string &id : target.detach)
            detach(run.catalog, id, report, run.events);
    } catch (const Cancelled &) {
        throw;
    } catch (const Error &error) {
        record_failure(report, error);
    }
    run.events.on({EventKind::target_finished,
                   report.name,
                   report.error,
                   {{"outcome", model::to_string(report.outcome)}, {"image_id", report.image_id}}});
    return report;
}

void begin_work(const ApplyOptions &options) {
    if (options.begin_work)
        options.begin_work();
}

std::optional<Target> applied_target(const Plan &plan, std::size_t index,
                                     const CatalogView &catalog) {
    return plan::as_applied(plan.targets[index], fmt::format("targets[{}]", index), catalog);
}

/// A plan that is done is no plan that came too late.
void require_acceptable_or_applied(const Plan &plan, const CatalogView &catalog) {
    try {
        plan::require_acceptable(plan);
    } catch (const Error &error) {
        bool all_applied = error.kind() == ErrorKind::stale;
        for (std::size_t index = 0; all_applied && index < plan.targets.size(); ++index)
            all_applied = applied_target(plan, index, catalog).has_value();
        if (!all_applied)
            throw;
    }
}

/// True when the target was applied before; it then is as nothing is to be done.
bool is_applied(Plan &plan, std::size_t index, const CatalogView &catalog) {
    try {
        plan::require_unchanged(plan, index, catalog);
        return false;
    } catch (const Error &error) {
        auto applied =
            error.kind() == ErrorKind::stale ? applied_target(plan, index, catalog) : std::nullopt;
        if (!applied)
            throw;
        plan.targets[index] = *std::move(applied);
        return true;
    }
}

/// What was changed by hand of an image that was there already and its apply did not put right: a
/// note for each difference that is left, and one when they could not be looked for. It is looked
/// for after the record converged; nothing is read of the bytes, for that may take long.
void note_remaining_drift(const plan::CheckedRecipe &checked, const CatalogView &catalog,
                          const plan::PlanOptions &options, TargetReport &report) {
    if (report.outcome != TargetOutcome::unchanged && report.outcome != TargetOutcome::updated)
        return;
    try {
        for (const Deviation &left : plan::find_drift(checked, catalog, options, {}).drift)
            report.notes.push_back(fmt::format("changed by hand: {}: expected {}, found {}; {}",
                                               left.what, left.expected, left.found, left.remedy));
    } catch (const Error &error) {
        if (error.kind() == ErrorKind::interrupted)
            throw;
        report.notes.push_back(
            fmt::format("changes by hand could not be looked for: {}", error.what()));
    }
}

/// It was built to see whether packages are newer, and they are not.
bool was_not_needed(const Target &target, const TargetReport &report) {
    return target.action == Action::create && report.outcome == TargetOutcome::unchanged;
}

/// What else the recipe says of the image that is there. `report` is of the one not needed.
void converge_instead(const Run &run, const plan::CheckedRecipe &checked, std::size_t index,
                      NameLock &lock, TargetReport &report) {
    plan::PlanOptions options = run.options.plan;
    options.leave_packages = true;
    Plan plan = plan::resolve_plan(checked, run.catalog, options);
    Target &target = plan.targets.at(index);
    if (target.action != Action::update)
        return;
    TargetReport converged = apply_target(run, plan, target, &lock, false);
    report.outcome = converged.outcome;
    report.error = converged.error;
    report.hint = converged.hint;
    report.exit_code = converged.exit_code;
    report.notes.insert(report.notes.end(), converged.notes.begin(), converged.notes.end());
    report.phases.insert(report.phases.end(), converged.phases.begin(), converged.phases.end());
}

} // namespace

namespace {

/// Adds to `report` what becomes of the targets of a recipe.
void apply_checked(const Run &run, const plan::CheckedRecipe &checked, Plan plan, Report &report) {
    Catalog &catalog = run.catalog;
    const ApplyOptions &options = run.options;
    for (std::size_t index = 0; index < plan.targets.size(); ++index) {
        std::unique_ptr<NameLock> lock;
        if (is_work(plan.targets[index].action)) {
            begin_work(options);
            lock = catalog.lock(plan.targets[index].publish.name, run.id);
            // Between the first look and the lock another run may have published the same.
            plan = plan::resolve_plan(checked, catalog, options.plan);
        }
        report.targets.push_back(apply_target(run, plan, plan.targets.at(index), lock.get(), true));
        if (was_not_needed(plan.targets.at(index), report.targets.back()))
            converge_instead(run, checked, index, *lock, report.targets.back());
        note_remaining_drift(checked, catalog, options.plan, report.targets.back());
    }
}

/// Of a recipe that came to no target.
TargetReport report_without_target(const Recipe &recipe, TargetOutcome outcome) {
    TargetReport report;
    report.recipe = {recipe.path.string(), recipe.directory.string(), recipe.sha256, recipe.name};
    report.name = plan::is_settled(recipe) ? recipe.publish.name.value_or(recipe.source_image)
                                           : recipe.source_image;
    report.outcome = outcome;
    return report;
}

/// True when no further target is to be begun.
bool is_over(const ApplyOptions &options, const Report &report) {
    const auto failed =
        std::ranges::count(report.targets, TargetOutcome::failed, &TargetReport::outcome);
    return base::interrupt_due() ||
           (options.stop_after > 0 && failed >= static_cast<std::ptrdiff_t>(options.stop_after));
}

} // namespace

Report apply_recipe(const plan::CheckedRecipe &checked, Catalog &catalog,
                    const ApplyOptions &options, const Confirm &confirm, EventSink &events) {
    const Run run{catalog, options, confirm, events};
    Plan plan = plan::resolve_plan(checked, catalog, options.plan);
    Report report = start_report(run, plan.catalog, checked.recipe.name);
    apply_checked(run, checked, std::move(plan), report);
    end_report(run, report);
    return report;
}

Report apply_recipes(const std::vector<plan::CheckedRecipe> &recipes, Catalog &catalog,
                     const ApplyOptions &options, const Confirm &confirm, EventSink &events) {
    const Run run{catalog, options, confirm, events};
    Report report = start_report(run, catalog.name(), recipes.at(0).recipe.name);
    for (const plan::CheckedRecipe &checked : recipes) {
        if (is_over(options, report)) {
            report.targets.push_back(
                report_without_target(checked.recipe, TargetOutcome::not_started));
            continue;
        }
        try {
            apply_checked(run, checked, plan::resolve_plan(checked, catalog, options.plan), report);
        } catch (const Cancelled &) {
            throw;
        } catch (const Error &error) {
            if (error.kind() == ErrorKind::usage)
                throw;
            report.targets.push_back(report_without_target(checked.recipe, TargetOutcome::failed));
            record_failure(report.targets.back(), error);
        }
    }
    end_report(run, report);
    return report;
}

namespace {

TargetReport not_started(const Target &target) {
    TargetReport report;
    report.recipe = target.recipe;
    report.name = target.publish.name;
    report.outcome = TargetOutcome::not_started;
    return report;
}

/// A target of a saved plan, which is held against the world under its lock.
TargetReport apply_planned(const Run &run, Plan &plan, std::size_t index) {
    Target &target = plan.targets[index];
    std::unique_ptr<NameLock> lock;
    if (is_work(target.action))
        lock = run.catalog.lock(target.publish.name, run.id);
    const bool applied = is_applied(plan, index, run.catalog);
    if (is_work(target.action))
        begin_work(run.options);
    TargetReport report = apply_target(run, plan, target, lock.get(), false);
    if (applied)
        report.notes.push_back(fmt::format("already applied: \"{}\" ({})",
                                           base::escape(target.present.value().name),
                                           target.present.value().id));
    return report;
}

std::string names_of(const Plan &plan) {
    std::string names;
    for (const PlannedRecipe *recipe : plan.recipes())
        base::add_part(names, recipe->name);
    return names;
}

} // namespace

Report apply_plan(const Plan &plan, Catalog &catalog, const ApplyOptions &options,
                  const Confirm &confirm, EventSink &events) {
    require_acceptable_or_applied(plan, catalog);
    bool is_agreed = false;
    const Confirm once = [&](const Plan &whole) {
        is_agreed = is_agreed || !confirm || confirm(whole);
        return is_agreed;
    };
    const Run run{catalog, options, once, events};
    Plan working = plan;
    Report report = start_report(run, plan.catalog, names_of(plan));
    for (std::size_t index = 0; index < working.targets.size(); ++index) {
        if (is_over(options, report)) {
            report.targets.push_back(not_started(working.targets[index]));
            continue;
        }
        try {
            report.targets.push_back(apply_planned(run, working, index));
        } catch (const Cancelled &) {
            throw;
        } catch (const Error &error) {
            // Of the only target it is the call's.
            if (working.targets.size() == 1 || error.kind() == ErrorKind::usage)
                throw;
            report.targets.push_back(not_started(working.targets[index]));
            record_failure(report.targets.back(), error);
        }
    }
    end_report(run, report);
    return report;
}

} // namespace retouch::apply
