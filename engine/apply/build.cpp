#include "apply/build.hpp"

#include "apply/found_facts.hpp"
#include "apply/phases.hpp"
#include "apply/run_steps.hpp"
#include "base/interrupt.hpp"
#include "base/path_glob.hpp"
#include "base/text.hpp"
#include "guest/boot_entries.hpp"
#include "guest/disk_growth.hpp"
#include "guest/machine_identity.hpp"
#include "guest/secret_guest.hpp"
#include "plan/guest_means.hpp"
#include "plan/volatile_paths.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace retouch::apply {

namespace {

/// What the recipe puts there itself: a reader wants to see how it differs from what was there.
std::vector<std::string> places_of(const Target &target) {
    std::vector<std::string> paths;
    for (const PlannedStep &planned : target.steps)
        paths.insert(paths.end(), planned.step.places.begin(), planned.step.places.end());
    return paths;
}

/// The recipe puts it there itself, or says that it may be there.
bool is_meant(const std::string &path, const Target &target,
              const std::vector<std::string> &stated) {
    const auto puts_it = [&](const PlannedStep &planned) {
        return std::ranges::find(planned.step.places, path) != planned.step.places.end();
    };
    const auto allows_it = [&](const std::string &glob) { return base::matches_path(glob, path); };
    return std::ranges::any_of(target.steps, puts_it) || std::ranges::any_of(stated, allows_it);
}

void require_no_new_identity(const std::set<std::string> &before, const Target &target,
                             const GuestView &guest) {
    const std::vector<std::string> stated = plan::stated_volatile_paths(target.volatile_paths);
    std::vector<std::string> made;
    for (const std::string &path : guest::identity_files(guest))
        if (!before.contains(path) && !is_meant(path, target, stated))
            made.push_back(base::escape(path));
    if (made.empty())
        return;
    const std::vector<std::string> cleanup = guest::cleanup_of_identity(made);
    const std::string how =
        cleanup.empty() ? std::string("remove it with a step")
                        : fmt::format("clean it up with cleanup: [{}]", fmt::join(cleanup, ", "));
    throw Error(
        ErrorKind::failed,
        fmt::format("a step has given the image what all machines made from it would share: "
                    "{}",
                    fmt::join(made, ", ")),
        how + ", or say under 'volatile' that it is meant to be there");
}

void require_as_foreseen(const DiskGrowth &growth, const DiskGrowth &planned) {
    if (planned.state != StepState::unknown && growth != planned)
        throw Error(ErrorKind::stale,
                    "the source's disk is not divided as it was when the plan was made",
                    "make a new plan with `retouch plan -o FILE RECIPE` and review it");
}

} // namespace

/// The guest before the first step.
struct Build::FitnessBefore {
    guest::BootEntries entries;
    std::set<std::string> identity; ///< paths
};

Build::Build(const Target &target, const std::optional<Image> &source, const std::string &id,
             Catalog &catalog, TargetReport &report, EventSink &events, Purpose purpose)
    : target_(target), report_(report), events_(events) {
    const Phase phase(PhaseKind::stage, report_, events_);
    base::check_interrupt();
    if (!source)
        throw Error(ErrorKind::stale, fmt::format("the source image {} is gone", target.source.id),
                    "run the command again");
    for (std::string &note : catalog.notes_on(*source))
        report_.notes.push_back(std::move(note));
    stage_ = purpose == Purpose::rehearsal
                 ? catalog.store().rehearsal_stage(*source, id)
                 : catalog.store().stage(*source, id, target.publish.lineage);
}

// The guest before the stage it works on, both before the directory with their sockets.
Build::~Build() {
    observer_.reset();
    guest_.reset();
    stage_.reset();
}

std::optional<DiskGrowth> Build::grow(const ApplyOptions &options) {
    if (!target_.disk)
        return std::nullopt;
    const Phase phase(PhaseKind::grow, report_, events_);
    report_.disk = grown_disk(options, *target_.disk);
    return report_.disk;
}

/// The guest that is opened for the steps tells whether nothing is to grow, as a plan may say.
DiskGrowth Build::grown_disk(const ApplyOptions &options, const DiskGrowth &planned) {
    const std::int64_t before = stage_->disk().virtual_size_bytes;
    DiskGrowth growth = guest::foreseen_growth(planned.wish, before, std::nullopt);
    if (growth.after_bytes > before)
        stage_->grow(growth.after_bytes);
    if (planned.wish.grow == DiskGrow::root) {
        full_disk_ = planned.state == StepState::unchanged && planned.before_bytes == before &&
                     !target_.steps.empty();
        if (full_disk_)
            return planned;
        const base::RunDirectory directory;
        growth = options.grow_root(stage_->disk(), planned.wish, before,
                                   {.run_directory = directory.path()}, events_);
    }
    require_as_foreseen(growth, planned);
    return growth;
}

const GuestView &Build::open(const ApplyOptions &options) {
    const Phase phase(PhaseKind::open, report_, events_);
    directory_ = std::make_unique<base::RunDirectory>();
    Disk disk = stage_->disk();
    disk.read_only = disk.read_only || !plan::is_written(target_);
    guest_ = options.open_guest(disk,
                                {options.guest, directory_->path(), plan::needs_network(target_),
                                 options.limits, options.appliance},
                                events_);
    if (!options.secrets.empty())
        guest_ = std::make_unique<guest::SecretGuest>(std::move(guest_), options.secrets);
    if (full_disk_)
        require_as_foreseen(guest::foreseen_growth(target_.disk->wish, target_.disk->before_bytes,
                                                   guest_->facts().layout),
                            *target_.disk);
    for (const auto *notes : {&guest_->facts().unmounted, &guest_->facts().doubts})
        report_.notes.insert(report_.notes.end(), notes->begin(), notes->end());
    return *guest_;
}

void Build::observe() {
    const Phase phase(PhaseKind::look, report_, events_);
    observer_ = std::make_unique<guest::Observer>(*guest_, places_of(target_));
}

bool Build::run_steps() {
    if (!guest_ || target_.steps.empty())
        return true;
    const FitnessBefore before{guest::boot_entries(*guest_), guest::identity_files(*guest_)};
    const Phase phase(PhaseKind::steps, report_, events_);
    return retouch::apply::run_steps(target_, *guest_, observer_.get(), report_, events_) &&
           is_fit(before);
}

/// Told like a check that failed: nothing is wrong with this machine.
bool Build::is_fit(const FitnessBefore &before) {
    try {
        guest::require_bootable(before.entries, *guest_);
        require_no_new_identity(before.identity, target_, *guest_);
        return true;
    } catch (const Error &error) {
        if (error.kind() != ErrorKind::failed)
            throw;
        report_.outcome = TargetOutcome::failed;
        report_.error = error.what();
        report_.hint = error.hint();
        return false;
    }
}

std::map<std::string, std::string> Build::facts() {
    if (target_.facts.empty())
        return {};
    const Phase phase(PhaseKind::look, report_, events_);
    return found_facts(*guest_, target_.facts);
}

std::string Build::package_news(const Image &present, const CatalogView &catalog,
                                const ApplyOptions &options) {
    const base::RunDirectory directory;
    const std::unique_ptr<Guest> before = options.open_guest(
        catalog.disk(present),
        {options.guest, directory.path(), false, options.limits, options.appliance}, events_);
    return apply::package_news(*guest_, *before, present.id);
}

void Build::close() {
    observer_.reset();
    if (!guest_)
        return;
    const Phase phase(PhaseKind::close, report_, events_);
    if (target_.output && target_.output->trim)
        guest_->trim();
    guest_->finish();
    report_.bytes_written = guest_->bytes_written();
    guest_.reset();
}

void Build::seal() {
    base::check_interrupt();
    const Phase phase(PhaseKind::seal, report_, events_);
    if (target_.output)
        stage_->keep_as(*target_.output);
    sealed_ = stage_->seal(tell_progress(PhaseKind::seal, report_, events_));
}

} // namespace retouch::apply
