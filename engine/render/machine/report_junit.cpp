// What becomes a test case: a file that is checked, a step, and the image at the end of its steps.
// Of a command's output a failure shows the end of both streams.

#include "render/machine/report_junit.hpp"

#include "base/text.hpp"
#include "render/output_lines.hpp"
#include "render/rehearsal_words.hpp"
#include "render/text/diagnostics.hpp"
#include "render/text/report_text.hpp"
#include "render/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace retouch::render {

namespace {

using Result = JunitCase::Result;

std::string suite_name(const PlannedRecipe &recipe, const std::string &image) {
    return fmt::format("{}: {}", recipe.path, image);
}

std::string lines_of(const char *stream, const OutputTail &output, std::size_t limit) {
    std::string text;
    for (const std::string &line : output_lines(output, limit))
        text += fmt::format("{} | {}\n", stream, line);
    return text;
}

Result result_of(StepOutcome outcome) {
    switch (outcome) {
    case StepOutcome::changed:
    case StepOutcome::unchanged:
    case StepOutcome::ran:
    case StepOutcome::passed:
        return Result::passed;
    case StepOutcome::skipped:
    case StepOutcome::not_reached:
        return Result::skipped;
    case StepOutcome::failed:
        return Result::failed;
    }
    return Result::failed;
}

constexpr const char *k_step_failed = "a step failed, see there";

/// One fault is one failure, where it was.
JunitCase skipped(JunitCase one, std::string why) {
    one.result = Result::skipped;
    one.message = std::move(why);
    return one;
}

/// How a step went.
void tell(JunitCase &one, const StepResult &result) {
    one.seconds = result.seconds;
    one.result = result_of(result.outcome);
    const bool failed = one.result == Result::failed;
    const std::size_t limit = failed ? k_output_lines_failed : k_output_lines_ok;
    const std::string output =
        lines_of("out", result.out, limit) + lines_of("err", result.err, limit);
    if (one.result != Result::passed)
        one.message =
            result.message.empty() ? std::string(outcome_word(result.outcome)) : result.message;
    (failed ? one.details : one.output) = output;
}

Result foreseen(StepState state) {
    return state == StepState::skipped ? Result::skipped : Result::passed;
}

std::string_view image_words(Action action) {
    switch (action) {
    case Action::create:
        return "a new image will be made";
    case Action::update:
        return "the record will be updated in place";
    case Action::none:
        return "nothing to do";
    case Action::held:
        return "held back, left as it is";
    }
    return {};
}

JunitCase planned_case(const PlannedStep &planned) {
    JunitCase one;
    one.name = planned.step.summary;
    one.origin = planned.step.origin;
    std::string remarks;
    for (const std::string &remark : planned.step.remarks)
        remarks += remark + "\n";
    if (planned.rehearsed) {
        tell(one, planned.rehearsed->result);
        one.output.insert(0, remarks);
        return one;
    }
    one.result = foreseen(planned.change.state);
    const std::string reason =
        planned.change.reason.empty() ? "" : fmt::format(" ({})", planned.change.reason);
    if (one.result == Result::passed)
        one.output = fmt::format("{}{}\n", state_words(planned.change.state), reason);
    else
        one.message = fmt::format("{}{}", state_words(planned.change.state), reason);
    one.output = remarks + one.output;
    one.output += planned.change.diff;
    return one;
}

JunitCase step_case(const StepReport &step) {
    JunitCase one;
    one.name = step.summary;
    one.origin = step.origin;
    tell(one, step.result);
    return one;
}

/// Requires: the target was rehearsed.
JunitCase rehearsal_case(const Target &target) {
    JunitCase one;
    one.name = "rehearse " + target.publish.name;
    one.output = rehearsal_summary(target) + "\n";
    const std::vector<RehearsalProblem> problems = rehearsal_problems(target);
    if (problems.empty())
        return one;
    const auto failed = [](const PlannedStep &step) {
        return step.rehearsed && step.rehearsed->result.outcome == StepOutcome::failed;
    };
    if (problems.size() == 1 && std::ranges::any_of(target.steps, failed))
        return skipped(std::move(one), k_step_failed);
    one.result = Result::failed;
    one.message = verdict_words(model::verdict_of(target));
    for (const RehearsalProblem &problem : problems)
        one.details +=
            problem.what + "\n" + (problem.advice.empty() ? "" : "  " + problem.advice + "\n");
    return one;
}

JunitCase image_case(const TargetReport &target) {
    JunitCase one;
    one.name = "publish " + target.name;
    for (const auto &[phase, seconds] : target.phases)
        if (phase != PhaseKind::steps)
            one.seconds += seconds;
    for (const std::string &note : target.notes)
        one.output += note + "\n";
    if (target.outcome == TargetOutcome::not_started)
        return skipped(std::move(one), "the run stopped before it");
    if (target.outcome != TargetOutcome::failed)
        return one;
    const auto failed = [](const StepReport &step) {
        return step.result.outcome == StepOutcome::failed;
    };
    if (std::ranges::any_of(target.steps, failed))
        return skipped(std::move(one), k_step_failed);
    one.result = Result::error;
    one.message = target.error;
    one.details = target.hint;
    return one;
}

} // namespace

JunitSuite junit_of_check(const std::vector<Diagnostic> &diagnostics,
                          const std::vector<std::string> &files) {
    JunitSuite suite{"retouch check", {}};
    for (const std::string &file : files) {
        JunitCase one;
        one.name = file;
        one.origin.file = file;
        std::vector<Diagnostic> found;
        std::ranges::copy_if(diagnostics, std::back_inserter(found),
                             [&](const Diagnostic &each) { return each.position.file == file; });
        const auto first =
            std::ranges::find(found, Diagnostic::Severity::error, &Diagnostic::severity);
        const std::string text = render_diagnostics(found, false, k_all_diagnostics);
        if (first == found.end()) {
            one.output = text;
        } else {
            one.result = Result::failed;
            one.message = first->message;
            one.origin.line = first->position.line;
            one.details = text;
        }
        suite.cases.push_back(std::move(one));
    }
    return suite;
}

std::vector<JunitSuite> junit_of_plan(const Plan &plan) {
    std::vector<JunitSuite> suites;
    for (const Target &target : plan.targets) {
        JunitSuite suite{suite_name(target.recipe, target.publish.name), {}};
        if (target.action == Action::create)
            for (const PlannedStep &planned : target.steps)
                suite.cases.push_back(planned_case(planned));
        if (target.rehearsal)
            suite.cases.push_back(rehearsal_case(target));
        JunitCase image;
        image.name = "publish " + target.publish.name;
        image.output = fmt::format("{}: {}\n", image_words(target.action), target.reason);
        for (const std::string &note : target.notes)
            image.output += note + "\n";
        if (!model::passed_rehearsal(target))
            image = skipped(std::move(image), "the rehearsal did not pass");
        suite.cases.push_back(std::move(image));
        suites.push_back(std::move(suite));
    }
    return suites;
}

std::vector<JunitSuite> junit_of_report(const Report &report) {
    std::vector<JunitSuite> suites;
    for (const TargetReport &target : report.targets) {
        JunitSuite suite{suite_name(target.recipe, target.name), {}};
        for (const StepReport &step : target.steps)
            suite.cases.push_back(step_case(step));
        suite.cases.push_back(image_case(target));
        suites.push_back(std::move(suite));
    }
    return suites;
}

JunitSuite junit_of_error(const std::string &recipe, const Error &error) {
    JunitCase one;
    one.name = recipe;
    one.origin.file = recipe;
    one.result = Result::error;
    one.message = error.what();
    one.details = error.hint();
    return {recipe, {std::move(one)}};
}

} // namespace retouch::render
