// Rehearsal words: see the header. Of a limit that one step broke many times the first few are
// told. A second run that changes only volatile paths is no problem, unless rights are gained by
// it.

#include "render/rehearsal_words.hpp"

#include "base/path_glob.hpp"
#include "base/text.hpp"
#include "render/effect_lines.hpp"
#include "render/guard_advice.hpp"
#include "render/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace retouch {

namespace {

constexpr std::size_t k_most_per_limit = 5; ///< of one step
constexpr std::size_t k_lines_again = 6;
constexpr std::size_t k_longest = 400;

std::string on_one_line(const std::string &text) {
    std::string line;
    for (const std::string &part : split_lines(text))
        line += (line.empty() ? "" : " ") + std::string(trim(part));
    return clipped(line, k_longest);
}

const Step *find_step(const Target &target, const std::string &id) {
    const auto found = std::ranges::find_if(
        target.steps, [&](const PlannedStep &planned) { return planned.step.id == id; });
    return found == target.steps.end() ? nullptr : &found->step;
}

std::string step_words(const Step *step) {
    if (step == nullptr)
        return "the steps together";
    return fmt::format("{}: {}", origin_text(step->origin), clipped(step->summary, k_longest));
}

std::string complaint(const Violation &violation, const Limits &limits) {
    const std::string what = clipped(violation.what, k_longest);
    if (violation.limit == "may_change")
        return fmt::format("changed {}, which may_change does not allow", what);
    if (violation.limit == "packages")
        return fmt::format("changed the package {}, which packages does not allow", what);
    if (violation.limit == "no_new_setuid")
        return fmt::format("made {} setuid or setgid, which no_new_setuid forbids", what);
    if (violation.limit == "no_network")
        return "uses the network, which no_network forbids";
    if (violation.limit == "bytes_written")
        return fmt::format(
            "wrote {}, more than the {} of bytes_written", what,
            format_bytes(static_cast<std::uint64_t>(limits.bytes_written.value_or(0))));
    return fmt::format("broke {}: {}", clipped(violation.limit, k_longest), what);
}

std::vector<RehearsalProblem> limit_problems(const Target &target) {
    std::map<std::pair<std::string, std::string>, std::size_t> counts;
    std::vector<RehearsalProblem> problems;
    std::vector<RehearsalProblem> remarks;
    for (const Violation &violation : target.rehearsal->violations) {
        if (++counts[{violation.limit, violation.step}] > k_most_per_limit)
            continue;
        problems.push_back(
            {fmt::format("limit broken: {} {}", step_words(find_step(target, violation.step)),
                         complaint(violation, target.limits)),
             {},
             {}});
    }
    for (const auto &[key, count] : counts)
        if (count > k_most_per_limit)
            remarks.push_back(
                {fmt::format("limit broken: {} broke {} {} times more (all of it: --format json)",
                             step_words(find_step(target, key.second)),
                             clipped(key.first, k_longest), count - k_most_per_limit),
                 {},
                 {}});
    std::ranges::move(remarks, std::back_inserter(problems));
    return problems;
}

Effect without_volatile(Effect effect, const std::vector<std::string> &globs) {
    std::erase_if(effect.files, [&](const EntryChange &change) {
        return !gives_setuid(change) && std::ranges::any_of(globs, [&](const std::string &glob) {
            return matches_path(glob, change.path);
        });
    });
    return effect;
}

std::vector<RehearsalProblem> repeat_problems(const Target &target) {
    std::vector<RehearsalProblem> problems;
    for (const PlannedStep &planned : target.steps) {
        if (!planned.rehearsed || !planned.rehearsed->again)
            continue;
        const Effect again = without_volatile(*planned.rehearsed->again, target.volatile_paths);
        if (changes_nothing(again))
            continue;
        problems.push_back({fmt::format("not idempotent: {} changed the image again when run a "
                                        "second time",
                                        step_words(&planned.step)),
                            effect_lines(again, k_lines_again),
                            guard_advice(planned.step, planned.rehearsed->effect, again)});
    }
    return problems;
}

bool was_proven(const Target &target) {
    return !target.steps.empty() &&
           std::ranges::all_of(target.steps, [](const PlannedStep &planned) {
               return planned.rehearsed && planned.rehearsed->again;
           });
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
        problems.push_back({"failed: " + on_one_line(error), {}, {}});
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

std::string rehearsal_verdict(const Target &target) {
    const Rehearsal &rehearsal = target.rehearsal.value();
    if (!rehearsal.error.empty() || (!rehearsal.passed && rehearsal.violations.empty()))
        return "failed";
    if (!rehearsal.violations.empty())
        return "limits broken";
    if (!repeat_problems(target).empty())
        return "not idempotent";
    return was_proven(target) ? "passed, idempotent" : "passed";
}

std::string rehearsal_summary(const Target &target) {
    const Rehearsal &rehearsal = target.rehearsal.value();
    return fmt::format("Rehearsed on {} at {}: {}, {}; nothing kept", escape(rehearsal.guest),
                       escape(rehearsal.at), counted(steps_reached(target), "step"),
                       effect_counts(whole_effect(target)));
}

} // namespace retouch
