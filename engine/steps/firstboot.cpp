// firstboot: scripts that a machine runs when it boots, by default once. One step per entry. It
// puts the script and what starts it into the image, and runs nothing.

#include "base/text.hpp"
#include "retouch/step_kind.hpp"
#include "steps/firstboot/boot_script.hpp"
#include "steps/support/command_entry.hpp"
#include "steps/support/plain_kind.hpp"
#include "steps/support/reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace retouch::steps {

namespace {

constexpr const char *k_usual_shell = "/bin/sh";

/// Of an entry without one: its number, from 1.
std::string name_of(const Value &entry, std::size_t number) {
    return entry.text("name").value_or(fmt::format("{}", number + 1));
}

/// What it is called, or what its first line of code is.
std::string shown(const Value &entry, const std::string &run) {
    if (const auto name = entry.text("name"))
        return base::escape(*name);
    return first_line(run.starts_with("#!") ? run.substr(std::min(run.find('\n'), run.size()))
                                            : run);
}

Step read_entry(const Section &section, std::size_t number, const Reader &reader) {
    const Value &entry = section.value.items[number];
    const bool is_short = entry.kind != Value::Kind::mapping;
    const Value &run = is_short ? entry : *entry.find("run");
    if (base::trim(run.scalar).empty())
        reader.error(run.mark, "the script is empty");
    Step step = new_step(section, number, entry, reader.context);
    step.options["name"] = name_of(entry, number);
    step.options["run"] = run.scalar;
    step.options["shell"] = entry.text_or("shell", k_usual_shell);
    step.options["once"] = entry.flag_or("once", true);
    if (const auto after = entry.text("after"))
        step.options["after"] = *after;
    if (number > 0)
        step.options["before"] = name_of(section.value.items[number - 1], number - 1);
    const bool once = step.options["once"].get<bool>();
    step.summary =
        fmt::format("at {} boot: {}", once ? "the first" : "every", shown(entry, run.scalar));
    step.script = run.scalar;
    step.remarks.emplace_back(once ? "not run now, but once when a machine boots"
                                   : "not run now, but whenever a machine boots");
    step.places.push_back(boot_script_path(step.options["name"].get<std::string>()));
    step.identity = step.options;
    return step;
}

ReadResult read(const Section &section, const ReadContext &context, Diagnostics &diagnostics) {
    const Reader reader{context, diagnostics};
    ReadResult result;
    std::map<std::string, Mark> seen;
    for (std::size_t number = 0; number < section.value.items.size(); ++number) {
        const Value &entry = section.value.items[number];
        const auto [first, is_new] = seen.emplace(name_of(entry, number), entry.mark);
        if (!is_new)
            reader.conflict(entry.mark,
                            fmt::format("two scripts are called '{}'", base::escape(first->first)),
                            first->second, "the first is here");
        result.steps.push_back(read_entry(section, number, reader));
    }
    return result;
}

ImageChanges changes_of(const Step &step, const GuestView &guest) {
    const Json &options = step.options;
    return boot_script_changes({.name = options.at("name").get<std::string>(),
                                .run = options.at("run").get<std::string>(),
                                .shell = options.at("shell").get<std::string>(),
                                .after_network = options.contains("after"),
                                .once = options.at("once").get<bool>(),
                                .before = options.value("before", std::string())},
                               guest);
}

StepChange preview(const Step &step, const GuestView &guest) {
    const ImageChanges changes = changes_of(step, guest);
    return foretold(step, changes, base::joined(changes.reasons, ", "));
}

StepResult execute(const Step &step, Guest &guest) {
    return carried_out(changes_of(step, guest), guest);
}

Foresight foresee(const Step &step, const GuestView &guest) {
    return foreseen_of(changes_of(step, guest));
}

/// Which script is before it follows from the order.
Json section(const std::vector<Json> &options) {
    Json entries = options;
    for (Json &entry : entries)
        entry.erase("before");
    return entries;
}

} // namespace

extern const StepKind k_firstboot_step;
const StepKind k_firstboot_step = {.name = "firstboot",
                                   .order = 25,
                                   .semantics = 1,
                                   .read = read,
                                   .preview = preview,
                                   .execute = execute,
                                   .needs = needs_nothing,
                                   .section = section,
                                   .foresee = foresee};

} // namespace retouch::steps
