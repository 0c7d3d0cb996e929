// cleanup: removes what an image should not carry to its next boot. One step per name of the
// recipe. What each name means is a table (cleanup_rules.hpp); nothing of the guest is run.

#include "base/text.hpp"
#include "retouch/step_kind.hpp"
#include "steps/cleanup/cleanup_tasks.hpp"
#include "steps/support/outcome.hpp"
#include "steps/support/reading.hpp"
#include "steps/support/unchangeable_places.hpp"

#include <fmt/format.h>
#include <map>

namespace retouch::steps {

namespace {

ReadResult read(const Section &section, const ReadContext &context, Diagnostics &diagnostics) {
    const Reader reader{context, diagnostics};
    ReadResult result;
    std::map<std::string, Mark> seen;
    for (std::size_t number = 0; number < section.value.items.size(); ++number) {
        const Value &entry = section.value.items[number];
        const auto [first, is_new] = seen.emplace(entry.scalar, entry.mark);
        if (!is_new)
            reader.conflict(entry.mark, fmt::format("'{}' stands here twice", entry.scalar),
                            first->second, "first here");
        Step step = new_step(section, number, entry, context);
        step.summary = "clean " + entry.scalar;
        step.options["clean"] = entry.scalar;
        step.identity = step.options;
        result.steps.push_back(std::move(step));
    }
    return result;
}

std::string extent_of(const std::vector<CleanupTask> &tasks) {
    std::size_t entries = 0;
    std::uint64_t bytes = 0;
    for (const CleanupTask &task : tasks) {
        entries += 1 + task.below.size();
        bytes += task.bytes;
    }
    return fmt::format("{} {}, {}", entries, entries == 1 ? "entry" : "entries",
                       base::format_bytes(bytes));
}

StepChange preview(const Step &step, const GuestView &guest) {
    const auto tasks = cleanup_tasks(step.options.at("clean").get<std::string>(), guest);
    if (tasks.empty())
        return {StepState::unchanged, "nothing to clean", {}};
    std::vector<std::string> paths;
    paths.reserve(tasks.size());
    for (const CleanupTask &task : tasks) {
        paths.push_back(task.path);
        paths.insert(paths.end(), task.below.begin(), task.below.end());
    }
    // A command of the recipe may take it off before.
    const std::string obstacle = unchangeable_obstacle(guest, paths);
    return {StepState::change, extent_of(tasks) + (obstacle.empty() ? "" : "; " + obstacle), {}};
}

StepResult execute(const Step &step, Guest &guest) {
    const auto tasks = cleanup_tasks(step.options.at("clean").get<std::string>(), guest);
    for (const CleanupTask &task : tasks)
        if (task.empties)
            guest.write(task.path, std::string(), task.info.mode, task.info.uid, task.info.gid);
        else
            guest.remove(task.path);
    if (tasks.empty())
        return finished(StepOutcome::unchanged);
    return finished(StepOutcome::changed, extent_of(tasks));
}

Json section(const std::vector<Json> &options) {
    Json names = Json::array();
    for (const Json &each : options)
        names.push_back(each.contains("clean") ? each.at("clean") : each);
    return names;
}

Needs needs(const Step & /*step*/) {
    return {};
}

} // namespace

extern const StepKind k_cleanup_step;
const StepKind k_cleanup_step = {"cleanup", 30, 1, read, preview, execute, needs, section};

} // namespace retouch::steps
