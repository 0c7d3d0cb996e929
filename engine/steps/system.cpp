// system: what makes an image a machine of a name, a place and a language: host name, time zone,
// locale and keymap. One step for each, in this order. All is files and links of the image, but for
// a locale of Debian, which the image's own locale-gen makes.

#include "base/text.hpp"
#include "retouch/step_kind.hpp"
#include "steps/support/command_entry.hpp"
#include "steps/support/reading.hpp"
#include "steps/system/system_work.hpp"

#include <fmt/format.h>

#include <array>

namespace retouch::steps {

namespace {

constexpr std::chrono::seconds k_time_limit{600};

struct Setting {
    const char *key;
    const char *sentence;
    SystemWork (*work)(const std::string &value, const GuestView &guest);
};

constexpr std::array<Setting, 4> k_settings = {{
    {"hostname", "set the host name to ", hostname_work},
    {"timezone", "set the time zone to ", timezone_work},
    {"locale", "set the locale to ", locale_work},
    {"keymap", "set the keymap to ", keymap_work},
}};

ReadResult read(const Section &section, const ReadContext &context, Diagnostics & /*unused*/) {
    ReadResult result;
    for (const Setting &setting : k_settings) {
        const Value *value = section.value.find(setting.key);
        if (value == nullptr)
            continue;
        Step step = new_step(section, result.steps.size(), *value, context);
        step.options[setting.key] = value->scalar;
        step.identity = step.options;
        step.summary = value->scalar.empty() ? std::string("take the host name away")
                                             : setting.sentence + value->scalar;
        if (setting.work == locale_work) {
            step.script = k_make_locales;
            step.remarks.emplace_back("only on Debian and Ubuntu, when the locale is to be made");
        }
        result.steps.push_back(std::move(step));
    }
    return result;
}

SystemWork work_of(const Step &step, const GuestView &guest) {
    SystemWork work;
    for (const Setting &setting : k_settings)
        if (step.options.contains(setting.key))
            work = setting.work(step.options.at(setting.key).get<std::string>(), guest);
    require_possible(guest, work);
    return work;
}

StepChange preview(const Step &step, const GuestView &guest) {
    const SystemWork work = work_of(step, guest);
    StepChange change = foretold(step, work, base::joined(work.reasons, ", "));
    if (!work.script.empty())
        change.state = StepState::change;
    for (const Foreseen &each : work.changes)
        change.diff += text_diff(each, guest);
    return change;
}

StepResult run_script(const std::string &script, Guest &guest) {
    GuestCommand command;
    command.script = script;
    command.time_limit = k_time_limit;
    const CommandResult done = guest.run(command);
    StepResult result = report_of(done);
    const bool succeeded = done.exit_status == 0 && !done.timed_out;
    result.outcome = succeeded ? StepOutcome::changed : StepOutcome::failed;
    if (!succeeded)
        result.message = fmt::format("{} {}", script, failure_of(done, command));
    return result;
}

StepResult execute(const Step &step, Guest &guest) {
    const SystemWork work = work_of(step, guest);
    StepResult result = carried_out(work, guest);
    if (result.outcome != StepOutcome::failed && !work.script.empty())
        result = run_script(work.script, guest);
    if (result.outcome == StepOutcome::changed)
        result.message = base::joined(work.reasons, ", ");
    return result;
}

Foresight foresee(const Step &step, const GuestView &guest) {
    return foreseen_of(work_of(step, guest));
}

Needs needs(const Step &step) {
    return {false, step.options.contains("locale")};
}

/// Keys of all steps in one mapping. What is no option of a step here the schema does not know.
Json section(const std::vector<Json> &options) {
    Json settings = Json::object();
    for (const Json &each : options)
        if (each.is_object())
            settings.update(each);
        else
            return each;
    return settings;
}

} // namespace

extern const StepKind k_system_step;
const StepKind k_system_step = {.name = "system",
                                .order = 16,
                                .semantics = 1,
                                .read = read,
                                .preview = preview,
                                .execute = execute,
                                .needs = needs,
                                .section = section,
                                .foresee = foresee};

} // namespace retouch::steps
