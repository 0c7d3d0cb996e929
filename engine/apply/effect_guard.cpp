#include "apply/effect_guard.hpp"

#include "base/text.hpp"
#include "plan/limit_check.hpp"
#include "plan/surprises.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

namespace retouch::apply {

namespace {

/// An error is read on a terminal; the report and the journal hold the rest.
constexpr std::size_t k_most_lines = 20;

std::string list(const std::vector<std::string> &lines) {
    std::string text;
    for (std::size_t i = 0; i < std::min(lines.size(), k_most_lines); ++i)
        text += "\n  " + lines[i];
    if (lines.size() > k_most_lines)
        text += fmt::format("\n  and {} more", lines.size() - k_most_lines);
    return text;
}

void require_within_limits(const Target &target, const TargetReport &report) {
    std::vector<std::string> lines;
    for (const Violation &violation : violations_of(target, report))
        lines.push_back(plan::describe(violation, target));
    if (!lines.empty())
        throw Error(ErrorKind::refused,
                    "the steps went beyond the limits of the recipe; nothing was published" +
                        list(lines),
                    "fix the step, or widen the limit if this is meant");
}

void require_as_rehearsed(const Target &target, const TargetReport &report) {
    Effect rehearsed;
    for (const PlannedStep &planned : target.steps)
        if (planned.rehearsed)
            rehearsed = compose(rehearsed, planned.rehearsed->effect);
    Effect actual;
    for (const StepReport &step : report.steps)
        if (step.effect)
            actual = compose(actual, *step.effect);
    std::vector<std::string> lines;
    for (const plan::Surprise &surprise : plan::surprises(rehearsed, actual, target.volatile_paths))
        lines.push_back(base::escape(surprise.subject) + ' ' + surprise.what);
    if (!lines.empty())
        throw Error(ErrorKind::refused,
                    "the steps did something else than in the rehearsal that was approved; nothing "
                    "was published" +
                        list(lines),
                    "rehearse and review again, or declare under 'volatile' what comes out "
                    "differently each time; what is run is never volatile: --rehearse=keep "
                    "publishes the very bytes that were reviewed");
}

} // namespace

bool needs_observing(const Target &target) {
    return target.rehearsal || target.limits.need_effect();
}

std::vector<Violation> violations_of(const Target &target, const TargetReport &report) {
    std::vector<plan::ObservedStep> steps;
    for (std::size_t i = 0; i < report.steps.size(); ++i)
        if (report.steps[i].effect)
            steps.push_back({target.steps.at(i).step, *report.steps[i].effect});
    return plan::violations(target, steps);
}

void require_allowed(const Target &target, const TargetReport &report) {
    require_within_limits(target, report);
    if (target.rehearsal)
        require_as_rehearsed(target, report);
}

} // namespace retouch::apply
