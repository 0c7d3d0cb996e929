#include "apply/apply.hpp"

#include "apply/adopt.hpp"
#include "apply/build.hpp"
#include "apply/detach.hpp"
#include "apply/effect_guard.hpp"
#include "apply/hand_over.hpp"
#include "apply/journal.hpp"
#include "apply/kept.hpp"
#include "apply/phases.hpp"
#include "apply/remaining_drift.hpp"
#include "base/clock.hpp"
#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "model/names.hpp"
#include "plan/applied.hpp"
#include "plan/guest_means.hpp"
#include "plan/preconditions.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <cassert>
#include <utility>

namespace retouch {

namespace {

/// Declining is an answer, not a failure of the target: it leaves as an Error of its own.
struct Cancelled : Error {
    Cancelled() : Error(ErrorKind::failed, "apply was cancelled; nothing was changed") {}
};

/// What the acts of one run share. It borrows everything.
struct Run {
    Catalog &catalog;
    const ApplyOptions &options;
    const Confirm &confirm;
    EventSink &events;
    std::string id = random_uuid();
    Stopwatch stopwatch{};
    mutable double waited = 0; ///< seconds for the user's answer, which are no time of the work
};

/// Whatever is to be cleared is, once the user has agreed.
void ask(const Run &run, const Plan &plan, const Target &target, const NameLock &lock) {
    const Stopwatch waiting;
    const bool agreed = !run.confirm || run.confirm(plan);
    run.waited += waiting.seconds();
    if (!agreed)
        throw Cancelled();
    recover(run.catalog, run.events);
    clear_unfinished(run.catalog, target.publish.name,
                     {run.id, lock.domain(), target.publish.owner}, run.events);
}

Json about(const Plan &plan, const Target &target) {
    return {{"recipe", plan.recipe.name},
            {"path", plan.recipe.path},
            {"sha256", plan.recipe.sha256},
            {"name", target.publish.name}};
}

void record_failure(TargetReport &report, const Error &error) {
    report.outcome = TargetOutcome::failed;
    if (report.error.empty())
        report.error = error.what();
    report.hint = error.hint();
    report.exit_code = exit_code(error.kind());
}

/// Published all the same.
void add_left(TargetReport &report, const std::vector<std::string> &left) {
    report.notes.insert(report.notes.end(), left.begin(), left.end());
    if (!left.empty())
        report.exit_code = exit_code(ErrorKind::temporary);
}

void add_published(TargetReport &report, const Published &published) {
    report.notes.insert(report.notes.end(), published.notes.begin(), published.notes.end());
    add_left(report, published.left);
}

void reserve_record(const Run &run, const HandOver &work, const Target &target,
                    const std::string &id, TargetReport &report) {
    if (target.publish.way.method == PublishMethod::local)
        return;
    const Phase phase(PhaseKind::reserve, report, run.events);
    reserve(work, id);
}

Json stage_entry(const HandOver &work, const std::string &id) {
    return {{"id", id},
            {"source", work.target.source.id},
            {"place", work.place},
            {"owner", work.target.publish.owner}};
}

/// Asked before anything is made, so that the journal can tell.
std::string place_of_stage(const Run &run, const std::optional<Image> &source) {
    return source ? run.catalog.store().stage_place(*source) : std::string();
}

/// Builds and publishes `id`; false when a step failed. `preview` asks for the foreseen changes to
/// be looked up on the stage before asking the user.
bool make_image(const Run &run, Plan &plan, const HandOver &work, Target &target,
                const std::optional<Image> &source, const std::string &id, bool preview,
                TargetReport &report) {
    work.journal.add(journal_entry::k_stage, stage_entry(work, id));
    reserve_record(run, work, target, id, report);
    Build build(target, source, id, run.catalog, report, run.events);
    if (!target.steps.empty()) {
        const GuestView &guest = build.open(run.options);
        if (preview) {
            const Phase phase(PhaseKind::plan, report, run.events);
            preview_steps(target, guest);
        }
    }
    ask(run, plan, target, work.lock);
    if (needs_observing(target) && !target.steps.empty())
        build.observe();
    if (!build.run_steps())
        return false;
    require_allowed(target, report);
    build.seal();
    const Phase phase(PhaseKind::publish, report, run.events);
    add_published(report, publish(work, build.stage(), build.sealed(),
                                  tell_progress(PhaseKind::publish, report, run.events)));
    return true;
}

std::unique_ptr<Stage> adopt(const Run &run, const Target &target, const std::string &id,
                             TargetReport &report) {
    const Phase phase(PhaseKind::adopt, report, run.events);
    return adopt_kept(target, id, run.catalog);
}

/// Publishes as `id` the very bytes a rehearsal kept.
void publish_kept(const Run &run, const Plan &plan, const HandOver &work, const Target &target,
                  const std::string &id, TargetReport &report) {
    const KeptStage &kept = *target.kept();
    require_kept_for(target, run.catalog);
    report_as_rehearsed(target, report);
    require_allowed(target, report);
    Json entry = stage_entry(work, id);
    entry["kept"] = kept.id;
    work.journal.add(journal_entry::k_stage, entry);
    reserve_record(run, work, target, id, report);
    ask(run, plan, target, work.lock);
    const std::unique_ptr<Stage> stage = adopt(run, target, id, report);
    try {
        const Phase phase(PhaseKind::publish, report, run.events);
        add_published(report, publish(work, *stage, kept.sealed,
                                      tell_progress(PhaseKind::publish, report, run.events)));
    } catch (const Error &) {
        report.notes.push_back("the bytes the rehearsal kept were removed with the unfinished "
                               "image: rehearse again with --rehearse=keep");
        throw;
    }
    close_kept(kept.id, run.catalog);
    report.notes.push_back(
        fmt::format("published the very bytes of the rehearsal of {}; no step ran again",
                    escape(target.rehearsal.value().at)));
}

void undo(const HandOver &work, const std::string &id, TargetReport &report) {
    switch (take_back(work, id)) {
    case TakingBack::removed:
        break;
    case TakingBack::left:
        report.notes.push_back(fmt::format(
            "the unfinished image {} could not be removed; the next run removes it", id));
        break;
    case TakingBack::unknown:
        report.notes.push_back(fmt::format("it is not known whether image {} was published; the "
                                           "next run looks, and goes on from there",
                                           id));
        break;
    }
}

void create(const Run &run, Plan &plan, Target &target, NameLock &lock, bool preview,
            TargetReport &report) {
    require_means(target, run.options.guest);
    Journal journal(run.catalog.state_directory(), run.id, run.catalog.project(),
                    about(plan, target));
    const auto source = run.catalog.find(target.source.id);
    const HandOver work{
        target, plan.recipe, run.id, run.catalog, journal, lock, place_of_stage(run, source)};
    const std::string id = random_uuid();
    try {
        if (target.kept() != nullptr) {
            publish_kept(run, plan, work, target, id, report);
        } else if (!make_image(run, plan, work, target, source, id, preview, report)) {
            undo(work, id, report);
            report.exit_code = exit_code(ErrorKind::failed);
            return;
        }
    } catch (...) {
        undo(work, id, report);
        throw;
    }
    report.image_id = id;
    report.outcome = TargetOutcome::published;
    if (shares_data(target))
        detach(run.catalog, id, report, run.events);
}

void update(const Run &run, const Plan &plan, const Target &target, NameLock &lock,
            TargetReport &report) {
    ask(run, plan, target, lock);
    Journal journal(run.catalog.state_directory(), run.id, run.catalog.project(),
                    about(plan, target));
    {
        const Phase phase(PhaseKind::publish, report, run.events);
        add_left(report, converge({target, plan.recipe, run.id, run.catalog, journal, lock}));
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
    report.name = target.publish.name;
    run.events.on({EventKind::target_started,
                   report.name,
                   target.reason,
                   {{"action", to_string(target.action)}}});
    try {
        switch (target.action) {
        case Action::create:
            create(run, plan, target, *lock, preview, report);
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
                   {{"outcome", to_string(report.outcome)}, {"image_id", report.image_id}}});
    return report;
}

Report start_report(const Run &run, const Plan &plan) {
    run.events.on({EventKind::run_started,
                   "",
                   plan.recipe.name,
                   {{"run", run.id}, {"recipe", plan.recipe.name}}});
    Report report;
    report.run = run.id;
    report.recipe = plan.recipe;
    report.catalog = plan.catalog;
    return report;
}

void end_report(const Run &run, Report &report) {
    bool failed = false;
    for (const TargetReport &target : report.targets)
        failed = failed || target.outcome == TargetOutcome::failed;
    report.seconds = run.stopwatch.seconds() - run.waited;
    run.events.on({EventKind::run_finished,
                   "",
                   failed ? "failed" : "done",
                   {{"outcome", failed ? "failed" : "done"}, {"seconds", report.seconds}}});
}

void begin_work(const ApplyOptions &options) {
    if (options.begin_work)
        options.begin_work();
}

std::optional<Target> applied_target(const Plan &plan, std::size_t index,
                                     const CatalogView &catalog) {
    return as_applied(plan.targets[index], plan.recipe, fmt::format("targets[{}]", index), catalog);
}

/// A plan that is done is no plan that came too late.
void require_acceptable_or_applied(const Plan &plan, const CatalogView &catalog) {
    try {
        require_acceptable(plan);
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
        require_unchanged(plan, index, catalog);
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

} // namespace

Report apply_recipe(const CheckedRecipe &checked, Catalog &catalog, const ApplyOptions &options,
                    const Confirm &confirm, EventSink &events) {
    const Run run{catalog, options, confirm, events};
    Plan plan = resolve_plan(checked, catalog, options.plan);
    Report report = start_report(run, plan);
    for (std::size_t index = 0; index < plan.targets.size(); ++index) {
        std::unique_ptr<NameLock> lock;
        if (is_work(plan.targets[index].action)) {
            begin_work(options);
            lock = catalog.lock(plan.targets[index].publish.name, run.id);
            // Between the first look and the lock another run may have published the same.
            plan = resolve_plan(checked, catalog, options.plan);
        }
        report.targets.push_back(apply_target(run, plan, plan.targets.at(index), lock.get(), true));
        note_remaining_drift(checked, catalog, options.plan, report.targets.back());
    }
    end_report(run, report);
    return report;
}

Report apply_plan(const Plan &plan, Catalog &catalog, const ApplyOptions &options,
                  const Confirm &confirm, EventSink &events) {
    require_acceptable_or_applied(plan, catalog);
    const Run run{catalog, options, confirm, events};
    Plan working = plan;
    Report report = start_report(run, working);
    for (std::size_t index = 0; index < working.targets.size(); ++index) {
        Target &target = working.targets[index];
        std::unique_ptr<NameLock> lock;
        if (is_work(target.action))
            lock = catalog.lock(target.publish.name, run.id);
        const bool applied = is_applied(working, index, catalog);
        if (is_work(target.action))
            begin_work(options);
        report.targets.push_back(apply_target(run, working, target, lock.get(), false));
        if (applied)
            report.targets.back().notes.push_back(fmt::format("already applied: \"{}\" ({})",
                                                              escape(target.present.value().name),
                                                              target.present.value().id));
    }
    end_report(run, report);
    return report;
}

} // namespace retouch
