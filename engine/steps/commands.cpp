// commands: runs commands in the image. One step per entry, with at most one guard that says
// whether it is needed. What a command changes cannot be foreseen and is not guessed.

#include "base/text.hpp"
#include "retouch/step_kind.hpp"
#include "steps/commands/guard_advice.hpp"
#include "steps/support/command_entry.hpp"
#include "steps/support/outcome.hpp"
#include "steps/support/reading.hpp"

#include <fmt/format.h>

namespace retouch::steps {

namespace {

bool is_guard(std::string_view key) {
    return key == "creates" || key == "unless" || key == "only_if";
}

void read_guard(const Value &entry, Step &step, const Reader &reader) {
    const Value *first = nullptr;
    for (const auto &[key, mark, guard] : entry.fields) {
        if (!is_guard(key))
            continue;
        if (first != nullptr) {
            reader.conflict(guard.mark, "a command can have only one guard", first->mark,
                            "another guard is here");
            continue;
        }
        first = &guard;
        std::string text = guard.scalar;
        if (key == "creates")
            text = guest_path(guard, reader).value_or("");
        else if (base::trim(text).empty())
            reader.error(guard.mark, "the command is empty");
        step.options[key] = text;
        step.identity[key] = std::move(text);
    }
}

ReadResult read(const Section &section, const ReadContext &context, Diagnostics &diagnostics) {
    const Reader reader{context, diagnostics};
    ReadResult result;
    for (std::size_t number = 0; number < section.value.items.size(); ++number) {
        const Value &entry = section.value.items[number];
        Step step = new_step(section, number, entry, context);
        read_command(entry, step, reader);
        read_guard(entry, step, reader);
        step.remarks = command_remarks(step.options);
        step.script = step.options["run"].get<std::string>();
        step.summary = "run: " + first_line(step.script);
        result.steps.push_back(std::move(step));
    }
    return result;
}

/// What a guard says.
struct Verdict {
    bool skip = false;
    bool broken = false; ///< it could not decide
    std::string reason;
};

Verdict ask_guard(const Json &options, const GuestView &guest) {
    if (options.contains("creates")) {
        const auto path = options.at("creates").get<std::string>();
        return {guest.lstat(path).has_value(), false,
                fmt::format("{} is there", base::escape(path))};
    }
    const bool unless = options.contains("unless");
    if (!unless && !options.contains("only_if"))
        return {};
    const auto script = options.at(unless ? "unless" : "only_if").get<std::string>();
    GuestCommand command = command_from(options, script);
    command.network = false;
    if (std::string obstacle = start_obstacle(guest, command); !obstacle.empty())
        return {false, true, std::move(obstacle)};
    const CommandResult answer = guest.probe(command);
    const bool succeeded = answer.exit_status == 0 && !answer.timed_out;
    return {succeeded == unless, answer.timed_out,
            fmt::format("{}: {} {}", unless ? "unless" : "only_if", first_line(script),
                        succeeded ? "succeeded" : failure_of(answer, command))};
}

StepChange preview(const Step &step, const GuestView &guest) {
    const Verdict verdict = ask_guard(step.options, guest);
    if (verdict.skip && !verdict.broken)
        return {StepState::skipped, verdict.reason, {}};
    return {StepState::unknown, "will run, effect unknown", {}};
}

StepResult execute(const Step &step, Guest &guest) {
    Verdict verdict = ask_guard(step.options, guest);
    if (verdict.broken)
        return finished(StepOutcome::failed, std::move(verdict.reason));
    if (verdict.skip)
        return finished(StepOutcome::skipped, std::move(verdict.reason));
    const GuestCommand command =
        command_from(step.options, step.options.at("run").get<std::string>());
    if (std::string obstacle = start_obstacle(guest, command); !obstacle.empty())
        return finished(StepOutcome::failed, std::move(obstacle));
    const CommandResult done = guest.run(command);
    StepResult result = report_of(done);
    const bool succeeded = done.exit_status == 0 && !done.timed_out;
    result.outcome = succeeded ? StepOutcome::ran : StepOutcome::failed;
    if (!succeeded)
        result.message = failure_of(done, command);
    return result;
}

Needs needs(const Step &step) {
    return {step.options.at("network").get<bool>(), true};
}

std::string advice(const Step &step, const Effect &first, const Effect &again) {
    for (const auto &option : step.options.items())
        if (is_guard(option.key()))
            return guard_advice(option.key(), first, again);
    return guard_advice("", first, again);
}

} // namespace

extern const StepKind k_commands_step;
const StepKind k_commands_step = {.name = "commands",
                                  .order = 20,
                                  .semantics = 1,
                                  .read = read,
                                  .preview = preview,
                                  .execute = execute,
                                  .needs = needs,
                                  .section = command_entries,
                                  .advice = advice,
                                  .secret_keys = {"env"}};

} // namespace retouch::steps
