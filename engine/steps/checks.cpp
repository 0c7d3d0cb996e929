// checks: what must hold before an image is published. One step per entry: a command with the
// result it must have, or a file with what it must be. A check cannot change the image.

#include "base/text.hpp"
#include "retouch/step_kind.hpp"
#include "steps/checks/file_check.hpp"
#include "steps/support/command_entry.hpp"
#include "steps/support/line_pattern.hpp"
#include "steps/support/outcome.hpp"
#include "steps/support/reading.hpp"

#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace retouch::steps {

namespace {

void read_run_check(const Value &entry, Step &step, const Reader &reader) {
    without(entry, {"file", "state", "mode", "owner", "group", "sha256", "contains"}, "'run'",
            reader);
    read_command(entry, step, reader);
    const std::string spelled = entry.text_or("status", "0");
    int status = 0;
    std::from_chars(spelled.data(), spelled.data() + spelled.size(), status);
    Json expected = {{"status", status}};
    for (const char *key : {"output", "matches"})
        if (const auto text = entry.text(key))
            expected[key] = *text;
    step.options.update(expected);
    step.identity.update(expected);
    if (const Value *pattern = entry.find("matches")) {
        std::string mistake;
        const LinePattern compiled(pattern->scalar, mistake);
        if (!mistake.empty())
            reader.error(pattern->mark, LinePattern::unusable(pattern->scalar, mistake));
    }
    step.remarks = command_remarks(step.options);
    step.script = step.options["run"].get<std::string>();
    step.summary = "check: " + first_line(step.script);
}

ReadResult read(const Section &section, const ReadContext &context, Diagnostics &diagnostics) {
    const Reader reader{context, diagnostics};
    ReadResult result;
    for (std::size_t number = 0; number < section.value.items.size(); ++number) {
        const Value &entry = section.value.items[number];
        Step step = new_step(section, number, entry, context);
        if (entry.find("run") != nullptr) {
            read_run_check(entry, step, reader);
        } else if (entry.find("file") != nullptr) {
            without(
                entry,
                {"status", "output", "matches", "timeout", "network", "env", "workdir", "shell"},
                "'file'", reader);
            read_file_check(entry, step, reader);
            step.summary = "check file " + base::escape(step.options["file"].get<std::string>());
        } else {
            reader.error(entry.mark, "an entry of 'checks' needs 'run' or 'file'");
        }
        result.steps.push_back(std::move(step));
    }
    return result;
}

StepChange preview(const Step & /*step*/, const GuestView & /*guest*/) {
    return {StepState::unknown, "will be checked", {}};
}

/// What is not as wanted, or empty.
std::string judge(const CommandResult &result, const GuestCommand &command, const Json &options) {
    if (result.timed_out)
        return failure_of(result, command);
    std::vector<std::string> findings;
    const int wanted = options.at("status").get<int>();
    if (result.exit_status != wanted)
        findings.push_back(
            fmt::format("wanted exit status {}, found {}", wanted, result.exit_status));
    const auto wanted_output = [&](std::string_view what, const char *key) {
        const std::string found = first_line(result.out.text);
        findings.push_back(fmt::format("wanted output {} '{}', found {}", what,
                                       base::escape(options.at(key).get<std::string>()),
                                       found.empty() ? "none" : fmt::format("'{}'", found)));
    };
    if (options.contains("output") &&
        result.out.text.find(options.at("output").get<std::string>()) == std::string::npos)
        wanted_output("with", "output");
    if (options.contains("matches")) {
        const std::string expression = options.at("matches").get<std::string>();
        std::string mistake;
        const LinePattern pattern(expression, mistake);
        if (!mistake.empty())
            findings.push_back(LinePattern::unusable(expression, mistake));
        else if (!pattern.matches(result.out.text))
            wanted_output("matching", "matches");
    }
    if (!findings.empty())
        findings.insert(findings.end(), result.limits.begin(), result.limits.end());
    return fmt::format("{}", fmt::join(findings, "; "));
}

StepResult execute(const Step &step, Guest &guest) {
    if (step.options.contains("file")) {
        std::string finding = judge_file(step.options, guest);
        const auto outcome = finding.empty() ? StepOutcome::passed : StepOutcome::failed;
        return finished(outcome, std::move(finding));
    }
    const GuestCommand command =
        command_from(step.options, step.options.at("run").get<std::string>());
    if (std::string obstacle = start_obstacle(guest, command); !obstacle.empty())
        return finished(StepOutcome::failed, std::move(obstacle));
    const CommandResult done = guest.probe(command);
    StepResult result = report_of(done);
    result.message = judge(done, command, step.options);
    result.outcome = result.message.empty() ? StepOutcome::passed : StepOutcome::failed;
    return result;
}

Needs needs(const Step &step) {
    if (step.options.contains("file"))
        return {};
    return {step.options.at("network").get<bool>(), true};
}

} // namespace

extern const StepKind k_checks_step;
const StepKind k_checks_step = {.name = "checks",
                                .order = 40,
                                .read = read,
                                .preview = preview,
                                .execute = execute,
                                .needs = needs,
                                .section = command_entries,
                                .only_looks = true,
                                .secret_keys = {"env"}};

} // namespace retouch::steps
