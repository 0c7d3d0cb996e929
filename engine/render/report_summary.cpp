// Report summary: counts outcomes and words them.
// The first word tells success from failure; outcomes that did not occur are left out.
// Nothing here knows exit codes.

#include "render/report_summary.hpp"

#include "base/text.hpp"
#include "render/wording.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch::render {

std::string report_summary(const Report &report) {
    const auto count = [&](TargetOutcome outcome) {
        return static_cast<std::size_t>(
            std::ranges::count(report.targets, outcome, &TargetReport::outcome));
    };
    std::string counts;
    const auto add = [&](TargetOutcome outcome, std::string_view words) {
        if (count(outcome) > 0)
            base::add_part(counts, fmt::format("{} {}", counted(count(outcome), "image"), words));
    };
    add(TargetOutcome::published, "published");
    add(TargetOutcome::updated, "updated in place");
    add(TargetOutcome::unchanged, "unchanged");
    add(TargetOutcome::failed, "failed");
    add(TargetOutcome::not_started, "not started");
    const bool idle = count(TargetOutcome::unchanged) == report.targets.size();
    const bool left = is_unfinished(report);
    const std::string_view verdict = count(TargetOutcome::failed) > 0 ? "Failed"
                                     : left                           ? "Unfinished"
                                     : idle                           ? "No changes"
                                                                      : "Done";
    return fmt::format("{}: {}, in {}{}.", verdict, counts.empty() ? "nothing to do" : counts,
                       base::format_seconds(report.seconds),
                       left ? "; what is left the next run does" : "");
}

bool is_unfinished(const Report &report) {
    return std::ranges::any_of(report.targets, [](const TargetReport &target) {
        return target.outcome != TargetOutcome::failed &&
               target.outcome != TargetOutcome::not_started && target.exit_code != 0;
    });
}

} // namespace retouch::render
