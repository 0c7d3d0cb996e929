#include "apply/adopt.hpp"

#include "retouch/error.hpp"

#include <fmt/format.h>

namespace retouch::apply {

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
}

std::unique_ptr<Stage> adopt_kept(const Target &target, const std::string &id, Catalog &catalog) {
    const auto source = catalog.find(target.source.id);
    if (!source)
        throw Error(ErrorKind::stale, fmt::format("the source image {} is gone", target.source.id),
                    "make a new plan");
    return catalog.store().adopt(*source, *target.kept(), id, target.publish.lineage);
}

} // namespace retouch::apply
