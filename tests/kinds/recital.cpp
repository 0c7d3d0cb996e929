// recital: a kind of step of this test's own. It has a text, a host file and a script, under names
// that no other kind uses: whoever shows, bundles or compares steps knows it by what it tells.

#include "base/digest.hpp"
#include "retouch/step_kind.hpp"
#include "steps/files/file_set.hpp"
#include "steps/files/host_files.hpp"
#include "steps/support/outcome.hpp"
#include "steps/support/reading.hpp"

namespace retouch::steps {

namespace {

std::string sheet_beside(const std::string &stand) {
    return stand + ".sheet";
}

/// What the host file holds, from the saved plan where there is one.
FileEntry read_sheet(const std::string &path, std::size_t number, const Value &spelled,
                     const Reader &reader) {
    if (const auto *saved = reader.context.saved; saved != nullptr) {
        FileEntry sheet;
        const Value &options = saved->at(number);
        sheet.sha256 = options.text_or("digest", "");
        sheet.size = std::stoull(options.text_or("size", "0"));
        return sheet;
    }
    const auto entries = list_host_files(path, spelled.scalar, spelled.mark, reader);
    return entries.empty() ? FileEntry{} : entries.front();
}

ReadResult read(const Section &section, const ReadContext &context, Diagnostics &diagnostics) {
    const Reader reader{context, diagnostics};
    ReadResult result;
    for (std::size_t number = 0; number < section.value.items.size(); ++number) {
        const Value &entry = section.value.items[number];
        Step step = new_step(section, number, entry, context);
        const std::string stand = entry.text_or("stand", "");
        const std::string path = context.file(entry.mark).directory / entry.text_or("sheet", "");
        const FileEntry sheet = read_sheet(path, number, *entry.find("sheet"), reader);
        step.summary = "recite at " + stand;
        step.options = {{"stand", stand},
                        {"verse", entry.text_or("verse", "")},
                        {"sheet", path},
                        {"digest", sheet.sha256},
                        {"size", std::to_string(sheet.size)},
                        {"delivery", entry.text_or("delivery", "")}};
        step.identity = step.options;
        step.identity.erase("sheet");
        step.script = step.options["delivery"].get<std::string>();
        step.places = {stand, sheet_beside(stand)};
        step.remarks = {"aloud"};
        result.injected.push_back({path, sheet.sha256, static_cast<std::int64_t>(sheet.size)});
        result.steps.push_back(std::move(step));
    }
    return result;
}

bool is_recited(const Step &step, const GuestView &guest) {
    const auto stand = step.options.at("stand").get<std::string>();
    constexpr std::size_t k_longest = 4096;
    return guest.lstat(stand) && guest.read(stand, k_longest) == step.options.at("verse");
}

StepChange preview(const Step &step, const GuestView &guest) {
    return {is_recited(step, guest) ? StepState::unchanged : StepState::change, "", ""};
}

StepResult execute(const Step &step, Guest &guest) {
    if (is_recited(step, guest))
        return finished(StepOutcome::unchanged);
    const auto text = [&](const char *key) { return step.options.at(key).get<std::string>(); };
    guest.write(text("stand"), text("verse"), 0644, 0, 0);
    guest.write(sheet_beside(text("stand")), std::filesystem::path(text("sheet")), 0644, 0, 0);
    GuestCommand command;
    command.script = text("delivery");
    const bool done = guest.run(command).exit_status == 0;
    return finished(done ? StepOutcome::changed : StepOutcome::failed);
}

Needs needs(const Step & /*step*/) {
    return {false, true};
}

Json section(const std::vector<Json> &options) {
    Json entries = options;
    for (Json &entry : entries)
        for (const char *found : {"digest", "size"})
            entry.erase(found);
    return entries;
}

void relocate(Step &step, const std::string &directory) {
    step.options["sheet"] = directory + "/" + step.options.at("digest").get<std::string>();
}

} // namespace

extern const StepKind k_recital_step;
const StepKind k_recital_step = {"recital", 15,    1,       read,    preview,
                                 execute,   needs, section, relocate};

} // namespace retouch::steps
