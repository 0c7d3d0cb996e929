// Rehearsal words: see the header. Of a limit that one step broke in many ways the paths are
// folded, as they are under the step itself.

#include "render/rehearsal_words.hpp"

#include "base/text.hpp"
#include "model/limit_words.hpp"
#include "model/names.hpp"
#include "model/rehearsal_verdict.hpp"
#include "render/effect_lines.hpp"
#include "render/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <map>
#include <set>

namespace retouch::render {

namespace {

constexpr std::size_t k_lines_shown = 6;
constexpr std::size_t k_longest = 400;

const PlannedStep *find_step(const Target &target, const std::string &id) {
    const auto found = std::ranges::find_if(
        target.steps, [&](const PlannedStep &planned) { return planned.step.id == id; });
    return found == target.steps.end() ? nullptr : &*found;
}

std::string step_words(const PlannedStep *planned) {
    if (planned == nullptr)
        return "the steps together";
    const Step &step = planned->step;
    return fmt::format("{}: {}", origin_text(step.origin), base::clipped(step.summary, k_longest));
}

/// The part of a step's effect that has these paths or names.
Effect part_of(const Effect &effect, LimitKind limit, const std::set<std::string> &names) {
    Effect part;
    switch (limit) {
    case LimitKind::may_change:
        std::ranges::copy_if(
            effect.files, std::back_inserter(part.files),
            [&](const EntryChange &change) { return names.contains(change.path); });
        break;
    case LimitKind::packages:
        std::ranges::copy_if(
            effect.packages, std::back_inserter(part.packages),
            [&](const PackageChange &change) { return names.contains(change.name); });
        break;
    case LimitKind::bytes_written:
    case LimitKind::no_new_setuid:
    case LimitKind::no_network:
        break;
    }
    return part;
}

std::vector<EffectLine> name_lines(const std::set<std::string> &names) {
    std::vector<EffectLine> lines;
    for (const std::string &name : names) {
        if (lines.size() == k_lines_shown && names.size() > k_lines_shown + 1) {
            lines.push_back({' ', fmt::format("... {} more (all of it: --format json)",
                                              names.size() - k_lines_shown)});
            break;
        }
        lines.push_back({'!', base::clipped(name, k_longest)});
    }
    return lines;
}

/// Of one limit that one step broke, in however many ways.
RehearsalProblem limit_problem(LimitKind limit, const PlannedStep *planned,
                               const std::set<std::string> &names, const Target &target) {
    const bool many = names.size() > 1;
    const std::string what =
        many ? std::to_string(names.size()) : base::clipped(*names.begin(), k_longest);
    RehearsalProblem problem;
    problem.what = fmt::format("limit broken: {} {}", step_words(planned),
                               model::limit_complaint(limit, what, many, target.limits));
    if (!many)
        return problem;
    if (planned != nullptr && planned->rehearsed)
        problem.lines =
            effect_lines(part_of(planned->rehearsed->effect, limit, names), {}, k_lines_shown);
    if (problem.lines.empty())
        problem.lines = name_lines(names);
    return problem;
}

std::vector<RehearsalProblem> limit_problems(const Target &target) {
    std::vector<std::pair<LimitKind, std::string>> order;
    std::map<std::pair<LimitKind, std::string>, std::set<std::string>> broken;
    for (const Violation &violation : target.rehearsal->violations) {
        std::set<std::string> &names = broken[{violation.limit, violation.step}];
        if (names.empty())
            order.emplace_back(violation.limit, violation.step);
        names.insert(violation.what);
    }
    std::vector<RehearsalProblem> problems;
    problems.reserve(order.size());
    for (const auto &[limit, step] : order)
        problems.push_back(
            limit_problem(limit, find_step(target, step), broken.at({limit, step}), target));
    return problems;
}

std::vector<RehearsalProblem> repeat_problems(const Target &target) {
    std::vector<RehearsalProblem> problems;
    for (const PlannedStep &planned : target.steps) {
        if (!model::changes_again(planned, target))
            continue;
        const Effect again = model::repeated_part(*planned.rehearsed->again, target.volatile_paths);
        problems.push_back({fmt::format("not idempotent: {} changed the image again when run a "
                                        "second time",
                                        step_words(&planned)),
                            effect_lines(again, {}, k_lines_shown), planned.rehearsed->advice});
    }
    return problems;
}

/// Nobody needs the fraction of a second.
std::string moment(std::string at) {
    if (const std::size_t dot = at.find('.'); dot != std::string::npos && at.ends_with('Z'))
        at.erase(dot, at.size() - 1 - dot);
    return base::clipped(at, k_longest);
}

std::size_t steps_reached(const Target &target) {
    const auto reached = [](const PlannedStep &planned) {
        return planned.rehearsed && planned.rehearsed->result.outcome != StepOutcome::not_reached;
    };
    return static_cast<std::size_t>(std::ranges::count_if(target.steps, reached));
}

} // namespace

std::vector<RehearsalProblem> rehearsal_problems(const Target &target) {
    std::vector<RehearsalProblem> problems;
    if (const std::string &error = target.rehearsal.value().error; !error.empty())
        problems.push_back(
            {"failed: " + base::clipped(base::on_one_line(error), k_longest), {}, {}});
    std::ranges::move(limit_problems(target), std::back_inserter(problems));
    std::ranges::move(repeat_problems(target), std::back_inserter(problems));
    return problems;
}

Effect whole_effect(const Target &target) {
    Effect whole;
    for (const PlannedStep &planned : target.steps)
        if (planned.rehearsed)
            whole = compose(whole, planned.rehearsed->effect);
    return whole;
}

std::string_view verdict_words(model::RehearsalVerdict verdict) {
    switch (verdict) {
    case model::RehearsalVerdict::failed:
        return "failed";
    case model::RehearsalVerdict::limits_broken:
        return "limits broken";
    case model::RehearsalVerdict::not_idempotent:
        return "not idempotent";
    case model::RehearsalVerdict::passed:
        return "passed";
    case model::RehearsalVerdict::proven:
        return "passed, idempotent";
    }
    assert(false);
    return {};
}

std::string rehearsal_summary(const Target &target) {
    const Rehearsal &rehearsal = target.rehearsal.value();
    std::string kept = "nothing kept";
    if (const KeptStage *stage = target.kept())
        kept = fmt::format("kept until {} as {}", moment(stage->until),
                           base::clipped(stage->location, k_longest));
    return fmt::format("Rehearsed on {} at {}: {}, {}; {}", model::to_string(rehearsal.guest),
                       moment(rehearsal.at), counted(steps_reached(target), "step"),
                       effect_counts(whole_effect(target)), kept);
}

std::string kept_advice(const Target &target) {
    return target.kept() == nullptr
               ? std::string()
               : "apply publishes these very bytes and runs no step again; retouch discard drops "
                 "them before their time";
}

} // namespace retouch::render
