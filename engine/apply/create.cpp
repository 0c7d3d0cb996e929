// The life of a new image. Its order is what makes it safe:
//
//   announce   the journal says which id will exist, and where, before anything does
//   reserve    the record, private and hidden: whatever may refuse us, refuses before the work
//   stage      a copy of the source's bytes under that id
//   grow       the disk, and what is on it, where the recipe wants more room
//   open       a guest on the stage, never on the source
//   preview    what each step would change, seen on the very bytes it will change
//   ask        the user; and what earlier runs left is cleared, now that somebody agreed
//   observe    from here on the report tells what each step did
//   steps      one after the other, checks last; the first that fails ends it
//   judge      what they did against the limits and the rehearsal
//   close      the guest writes back, and is gone
//   seal       the bytes are final, and known by a digest
//   publish    the record becomes whole, then takes the name (hand_over.cpp)
//
// With a kept stage of a rehearsal the middle falls away: its bytes are adopted, and published.
//
// Until the new record has lost its mark every failure, and every signal, takes back all of it, in
// undo(); from then on there is only forward. A run that is killed leaves its journal open: the
// next run takes back or goes forward by what it says. What must never happen: that an image of
// this name which worked is gone, or two runs work under one name; hence the lock, held by whoever
// calls.

#include "apply/create.hpp"

#include "apply/build.hpp"
#include "apply/detach.hpp"
#include "apply/effect_guard.hpp"
#include "apply/hand_over.hpp"
#include "apply/journal.hpp"
#include "apply/kept.hpp"
#include "apply/phases.hpp"
#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "plan/guest_means.hpp"
#include "plan/package_news.hpp"
#include "plan/preconditions.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

namespace retouch::apply {

namespace {

/// Fills `report` with what the steps did in the rehearsal. Requires: the target was rehearsed.
void report_as_rehearsed(const Target &target, TargetReport &report) {
    report.steps.clear();
    for (const auto &[step, change, rehearsed] : target.steps) {
        StepReport done{step.id, step.kind, step.origin, step.summary, StepResult{}, std::nullopt};
        if (rehearsed) {
            done.result = rehearsed->result;
            done.effect = rehearsed->effect;
        }
        report.steps.push_back(std::move(done));
    }
    report.bytes_written = target.rehearsal.value().kept.value().bytes_written;
    report.disk = target.disk;
}

/// The kept stage of `target`, sealed, called `id` from now on. Requires: target.kept(). Throws
/// Error: stale, leaving it kept, when it is not what was rehearsed.
std::unique_ptr<Stage> adopt_kept(const Target &target, const std::string &id, Catalog &catalog) {
    const auto source = catalog.find(target.source.id);
    if (!source)
        throw Error(ErrorKind::stale, fmt::format("the source image {} is gone", target.source.id),
                    "make a new plan");
    return catalog.store().adopt(*source, *target.kept(), id, target.publish.lineage);
}

/// Requires: target.kept(). Throws Error: stale when the rehearsal did not tell all.
std::map<std::string, std::string> rehearsed_facts(const Target &target) {
    const std::map<std::string, std::string> &facts = target.rehearsal.value().facts;
    for (const std::string &name : target.facts)
        if (!facts.contains(name))
            throw Error(
                ErrorKind::stale,
                fmt::format("the rehearsal does not tell ${{{}}}, which a property names", name),
                "make a new plan with `retouch plan --rehearse=keep -o FILE RECIPE`");
    return facts;
}

/// How the making of an image ended that threw nothing.
enum class Ending { published, failed, not_needed };

/// One new image. It borrows everything but its journal.
class Creation {
  public:
    Creation(const Run &run, Plan &plan, Target &target, NameLock &lock, TargetReport &report)
        : run_(run),
          plan_(plan),
          target_(target),
          report_(report),
          journal_(run.catalog.state_directory(), run.id, run.catalog.project(), about(target)),
          source_(run.catalog.find(target.source.id)),
          work_{target, run.id, run.catalog, journal_, lock, place()} {}

    [[nodiscard]] const std::string &id() const { return id_; }

    [[nodiscard]] Ending build_and_publish(bool preview) {
        announce(Json::object());
        reserve();
        Build build(target_, source_, id_, run_.catalog, report_, run_.events);
        target_.disk = build.grow(run_.options);
        const bool has_steps = !target_.steps.empty();
        const GuestView *guest = plan::is_opened(target_) ? &build.open(run_.options) : nullptr;
        if (has_steps && preview)
            look_ahead(*guest);
        ask(run_, plan_, target_, work_.lock);
        if (has_steps && needs_observing(target_))
            build.observe();
        if (!build.run_steps())
            return Ending::failed;
        require_allowed(target_, report_);
        work_.facts = build.facts();
        if (plan::has_same_packages(target_, work_.facts))
            return Ending::not_needed;
        tell_news(build);
        build.close();
        build.seal();
        publish(build.stage(), build.sealed());
        return Ending::published;
    }

    /// The very bytes a rehearsal kept.
    void publish_kept() {
        const KeptStage &kept = *target_.kept();
        require_kept_for(target_, run_.catalog);
        report_as_rehearsed(target_, report_);
        require_allowed(target_, report_);
        work_.facts = rehearsed_facts(target_);
        announce({{"kept", kept.id}});
        reserve();
        ask(run_, plan_, target_, work_.lock);
        const std::unique_ptr<Stage> stage = adopt();
        try {
            publish(*stage, kept.sealed);
        } catch (const Error &) {
            report_.notes.push_back("the bytes the rehearsal kept were removed with the unfinished "
                                    "image: rehearse again with --rehearse=keep");
            throw;
        }
        close_kept(kept.id, run_.catalog);
        report_.notes.push_back(
            fmt::format("published the very bytes of the rehearsal of {}; no step ran again",
                        base::escape(target_.rehearsal.value().at)));
    }

    void undo() {
        switch (take_back(work_, id_)) {
        case TakingBack::removed:
            break;
        case TakingBack::left:
            report_.notes.push_back(fmt::format(
                "the unfinished image {} could not be removed; the next run removes it", id_));
            break;
        case TakingBack::unknown:
            report_.notes.push_back(
                fmt::format("it is not known whether image {} was published; the next run looks, "
                            "and continues from there",
                            id_));
            break;
        }
    }

  private:
    /// Asked before anything is made, so that the journal can tell.
    [[nodiscard]] std::string place() const {
        return source_ ? run_.catalog.store().stage_place(*source_) : std::string();
    }

    void announce(const Json &details) {
        Json entry = {{"id", id_},
                      {"source", target_.source.id},
                      {"place", work_.place},
                      {"owner", target_.publish.owner}};
        entry.update(details);
        journal_.add(journal_entry::k_stage, entry);
    }

    void reserve() {
        if (target_.publish.way.method == PublishMethod::local)
            return;
        const Phase phase(PhaseKind::reserve, report_, run_.events);
        retouch::apply::reserve(work_, id_);
    }

    void look_ahead(const GuestView &guest) {
        const Phase phase(PhaseKind::plan, report_, run_.events);
        plan::preview_steps(target_, guest);
    }

    /// Why a built image is published that might not have been.
    void tell_news(Build &build) {
        if (target_.unless_packages.empty())
            return;
        if (const auto present = run_.catalog.find(target_.present.value().id))
            report_.notes.push_back(build.package_news(*present, run_.catalog, run_.options));
    }

    std::unique_ptr<Stage> adopt() {
        const Phase phase(PhaseKind::adopt, report_, run_.events);
        return adopt_kept(target_, id_, run_.catalog);
    }

    /// What is left to be done is a note: the image is published all the same.
    void publish(Stage &stage, const SealedImage &sealed) {
        const Phase phase(PhaseKind::publish, report_, run_.events);
        const Published published = retouch::apply::publish(
            work_, stage, sealed, tell_progress(PhaseKind::publish, report_, run_.events));
        report_.notes.insert(report_.notes.end(), published.notes.begin(), published.notes.end());
        add_left(report_, published.left);
    }

    const Run &run_;
    Plan &plan_;
    Target &target_;
    TargetReport &report_;
    Journal journal_;
    std::optional<Image> source_; ///< absent when it is gone
    HandOver work_;
    std::string id_ = base::random_uuid();
};

} // namespace

Json about(const Target &target) {
    return {{"recipe", target.recipe.name},
            {"path", target.recipe.path},
            {"sha256", target.recipe.sha256},
            {"name", target.publish.name}};
}

void create_image(const Run &run, Plan &plan, Target &target, NameLock &lock, bool preview,
                  TargetReport &report) {
    plan::require_means(target, run.options.guest);
    Creation creation(run, plan, target, lock, report);
    Ending ending = Ending::published;
    try {
        if (target.kept() != nullptr)
            creation.publish_kept();
        else
            ending = creation.build_and_publish(preview);
    } catch (...) {
        creation.undo();
        throw;
    }
    if (ending != Ending::published)
        creation.undo();
    if (ending == Ending::failed) {
        report.exit_code = base::exit_code(ErrorKind::failed);
        return;
    }
    if (ending == Ending::not_needed) {
        report.image_id = target.present.value().id;
        report.outcome = TargetOutcome::unchanged;
        report.notes.push_back(plan::why_not_needed(target));
        return;
    }
    report.image_id = creation.id();
    report.outcome = TargetOutcome::published;
    if (shares_data(target))
        detach(run.catalog, creation.id(), report, run.events);
}

} // namespace retouch::apply
