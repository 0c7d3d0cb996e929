#include "apply/rehearsal.hpp"

#include "apply/build.hpp"
#include "apply/effect_guard.hpp"
#include "apply/journal.hpp"
#include "apply/phases.hpp"
#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "model/names.hpp"
#include "plan/guest_means.hpp"
#include "plan/package_news.hpp"
#include "plan/repeat_advice.hpp"

#include <algorithm>

namespace retouch::apply {

namespace {

void take_results(Target &target, TargetReport &report) {
    for (std::size_t i = 0; i < target.steps.size(); ++i) {
        StepReport &step = report.steps.at(i);
        RehearsedStep &rehearsed = target.steps[i].rehearsed.emplace();
        rehearsed.result = std::move(step.result);
        rehearsed.effect = std::move(step.effect).value_or(Effect{});
    }
}

void take_second_results(Target &target, TargetReport &report) {
    for (std::size_t i = 0; i < target.steps.size(); ++i)
        target.steps[i].rehearsed.value().again = std::move(report.steps.at(i).effect);
    plan::add_advice(target);
}

KeptStage keep_stage(Build &build, const std::string &until, const TargetReport &report) {
    build.close();
    build.seal();
    KeptStage kept;
    kept.id = build.stage().id();
    kept.location = build.stage().location();
    kept.until = until;
    kept.sealed = build.sealed();
    kept.bytes_written = report.bytes_written;
    kept.proof = build.stage().keep(until);
    return kept;
}

std::string place_of(const std::optional<Image> &source, Catalog &catalog, bool kept) {
    if (!source)
        return {};
    return kept ? catalog.store().stage_place(*source) : catalog.store().rehearsal_place(*source);
}

/// Each once, whatever the plan has already and how often the steps ran.
void take_notes(Target &target, const TargetReport &report) {
    for (const std::string &note : report.notes)
        if (std::ranges::find(target.notes, note) == target.notes.end())
            target.notes.push_back(note);
}

/// There is more to it than a copy.
bool is_built(const Target &target) {
    return plan::is_opened(target) || target.disk || target.output;
}

/// An image that does not tell them could not be published.
void take_facts(Build &build, Rehearsal &rehearsal) {
    try {
        rehearsal.facts = build.facts();
    } catch (const Error &error) {
        if (error.kind() != ErrorKind::failed)
            throw;
        rehearsal.error = error.what();
    }
}

/// The image whose packages decide whether another is published.
std::optional<Image> compared_with(const Target &target, const Catalog &catalog) {
    return target.unless_packages.empty() ? std::nullopt : catalog.find(target.present.value().id);
}

/// A step that failed leaves the rest unreached; the guest is not asked to run them again.
void rehearse_target(Target &target, const std::optional<Image> &source, const std::string &id,
                     Catalog &catalog, const ApplyOptions &options, const RehearsalOptions &how,
                     TargetReport &report, EventSink &events) {
    // What is kept is published later, so it lies where publishing wants it.
    Build build(target, source, id, catalog, report, events,
                how.keep_until.empty() ? Purpose::rehearsal : Purpose::publishing);
    target.disk = build.grow(options);
    const bool has_steps = !target.steps.empty();
    const GuestView *guest = plan::is_opened(target) ? &build.open(options) : nullptr;
    if (has_steps) {
        const Phase phase(PhaseKind::plan, report, events);
        plan::preview_steps(target, *guest);
    }
    if (has_steps)
        build.observe();
    Rehearsal rehearsal;
    rehearsal.at = base::utc_now();
    rehearsal.guest = options.guest;
    rehearsal.passed = build.run_steps();
    rehearsal.error = report.error;
    rehearsal.violations = violations_of(target, report);
    take_results(target, report);
    if (rehearsal.passed && how.prove) {
        if (!build.run_steps())
            rehearsal.error = "run a second time: " + report.error;
        take_second_results(target, report);
    }
    if (rehearsal.error.empty())
        take_facts(build, rehearsal);
    if (const auto present = compared_with(target, catalog);
        present && rehearsal.error.empty() && !plan::has_same_packages(target, rehearsal.facts))
        target.notes.push_back(build.package_news(*present, catalog, options));
    take_notes(target, report);
    rehearsal.passed = rehearsal.error.empty() && rehearsal.violations.empty();
    if (rehearsal.passed && !how.keep_until.empty())
        rehearsal.kept = keep_stage(build, how.keep_until, report);
    target.rehearsal = std::move(rehearsal);
}

} // namespace

KeptStages rehearse(Plan &plan, Catalog &catalog, const ApplyOptions &options,
                    const RehearsalOptions &how, EventSink &events) {
    KeptStages stages(catalog);
    for (Target &target : plan.targets) {
        if (target.action != Action::create || !is_built(target))
            continue;
        plan::require_means(target, options.guest);
        const std::string id = base::random_uuid();
        const auto source = catalog.find(target.source.id);
        auto journal = std::make_unique<Journal>(
            catalog.state_directory(), base::random_uuid(), catalog.project(),
            Json{{"recipe", target.recipe.name}, {"rehearsal", true}});
        journal->add(journal_entry::k_stage,
                     {{"id", id},
                      {"source", target.source.id},
                      {"place", place_of(source, catalog, !how.keep_until.empty())}});
        TargetReport report;
        report.name = target.publish.name;
        events.on({EventKind::target_started,
                   report.name,
                   how.keep_until.empty() ? "rehearsed on a copy that is thrown away"
                                          : "rehearsed on a copy that is kept if all goes well",
                   {{"action", model::to_string(target.action)}}});
        rehearse_target(target, source, id, catalog, options, how, report, events);
        if (target.kept() != nullptr)
            stages.add(target, std::move(journal));
        events.on({EventKind::target_finished,
                   report.name,
                   report.error,
                   {{"outcome", "rehearsed"}, {"image_id", ""}}});
    }
    return stages;
}

} // namespace retouch::apply
