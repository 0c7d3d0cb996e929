#include "apply/build.hpp"

#include "apply/phases.hpp"
#include "apply/run_steps.hpp"
#include "base/interrupt.hpp"
#include "retouch/error.hpp"
#include "retouch/step_kind.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace retouch {

namespace {

bool needs_network(const Target &target) {
    return std::ranges::any_of(target.steps, [](const PlannedStep &planned) {
        return find_step_kind(planned.step.kind)->needs(planned.step).network;
    });
}

} // namespace

Build::Build(const Target &target, const std::string &id, Catalog &catalog, TargetReport &report,
             EventSink &events)
    : target_(target), report_(report), events_(events) {
    const Phase phase("stage", report_, events_);
    check_interrupt();
    const auto source = catalog.find(target.source.id);
    if (!source)
        throw Error(ErrorKind::stale, fmt::format("the source image {} is gone", target.source.id),
                    "run the command again");
    stage_ = catalog.store().stage(*source, id, target.publish.lineage);
}

// The guest before the stage it works on, both before the directory with their sockets.
Build::~Build() {
    guest_.reset();
    stage_.reset();
}

const GuestView &Build::open(const ApplyOptions &options) {
    const Phase phase("open", report_, events_);
    directory_ = std::make_unique<RunDirectory>();
    guest_ = options.open_guest(
        stage_->disk(), {options.guest, directory_->path(), needs_network(target_)}, events_);
    return *guest_;
}

bool Build::run() {
    if (guest_) {
        bool succeeded = false;
        {
            const Phase phase("steps", report_, events_);
            succeeded = run_steps(target_, *guest_, report_, events_);
        }
        if (!succeeded)
            return false;
        const Phase phase("close", report_, events_);
        guest_->finish();
        report_.bytes_written = guest_->bytes_written();
        guest_.reset();
    }
    check_interrupt();
    const Phase phase("seal", report_, events_);
    sealed_ = stage_->seal(tell_progress("seal", report_, events_));
    report_.bytes_written = sealed_.bytes_written.value_or(report_.bytes_written);
    return true;
}

} // namespace retouch
