// cleanup: removes what an image should not carry to its next boot. One step per name of the
// recipe, whose rules (cleanup_rules.hpp) are applied to what the guest holds; nothing of it is
// run. Links are removed, never followed to what they point at; what is empty already is no task.

#include "base/path.hpp"
#include "base/text.hpp"
#include "guest/resolve.hpp"
#include "retouch/step_kind.hpp"
#include "steps/cleanup/cleanup_rules.hpp"
#include "steps/support/accounts.hpp"
#include "steps/support/guest_glob.hpp"
#include "steps/support/image_changes.hpp"
#include "steps/support/outcome.hpp"
#include "steps/support/plain_kind.hpp"
#include "steps/support/reading.hpp"
#include "steps/support/unchangeable_places.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <optional>

namespace retouch::steps {

namespace {

/// One thing to do, and what it takes away.
struct CleanupTask {
    std::string path;
    FileInfo info;
    bool empties = false;                ///< the file stays, without contents; else all of it goes
    std::uint64_t bytes = 0;             ///< of regular files, those below it included
    std::vector<std::string> below = {}; ///< paths of what goes with it
};

using Act = CleanupRule::Act;
using Tasks = std::map<std::string, CleanupTask>;

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

std::vector<std::string> patterns_of(const CleanupRule &rule, const GuestView &guest) {
    if (!rule.pattern.starts_with('~'))
        return {std::string(rule.pattern)};
    std::vector<std::string> patterns;
    for (const std::string &home : home_directories(guest))
        patterns.push_back(base::join(home, rule.pattern.substr(1)));
    return patterns;
}

/// True when a link among the directories of `pattern` leads to where an image keeps its programs
/// or configuration: what is there is no leftover, whatever it is called from.
bool leads_astray(std::string_view pattern, const std::string &path) {
    constexpr std::array<std::string_view, 12> k_kept = {"etc",  "usr",   "bin",   "sbin",
                                                         "lib",  "lib32", "lib64", "libx32",
                                                         "boot", "root",  "home",  "opt"};
    const auto top = [](std::string_view of) { return of.substr(1, of.find('/', 1) - 1); };
    return !pattern.starts_with('~') && top(path) != top(pattern) &&
           std::ranges::find(k_kept, top(path)) != k_kept.end();
}

/// What a path without wildcards leads to, where that is a link to a file.
Found followed(const Found &found, const GuestView &guest) {
    if (found.info.type != FileInfo::Type::symlink)
        return found;
    const std::string path = guest::resolve_in_guest(guest, found.path);
    const auto info = guest.lstat(path);
    return info ? Found{path, *info} : found;
}

/// As its renderers write it on top of files of network scripts.
bool says_created_by_cloud_init(const GuestView &guest, const Found &found) {
    constexpr std::uint64_t k_most = std::uint64_t{64} * 1024;
    return found.info.size <= k_most &&
           guest.read(found.path, k_most).find("Created by cloud-init") != std::string::npos;
}

/// What `rule` means for an entry that its pattern names, if anything.
std::optional<CleanupTask> task_for(const CleanupRule &rule, const Found &found,
                                    const GuestView &guest) {
    const bool regular = found.info.type == FileInfo::Type::regular;
    if (!regular && rule.act != Act::remove)
        return std::nullopt;
    if (rule.act == Act::remove_created && !says_created_by_cloud_init(guest, found))
        return std::nullopt;
    CleanupTask task{found.path, found.info, false, regular ? found.info.size : 0};
    task.empties = rule.act == Act::make_empty ||
                   (rule.act == Act::empty && !is_rotated_log(base::base_name(found.path)));
    if (task.empties && found.info.size == 0)
        return std::nullopt;
    if (found.info.type == FileInfo::Type::directory)
        for (const Found &each : everything_below(guest, found.path)) {
            task.below.push_back(each.path);
            task.bytes += each.info.type == FileInfo::Type::regular ? each.info.size : 0;
        }
    return task;
}

/// A machine without one takes the image for freshly installed and resets its services.
std::optional<CleanupTask> missing_file(const CleanupRule &rule, const GuestView &guest) {
    const std::string path(rule.pattern);
    if (rule.act != Act::make_empty || guest.lstat(path))
        return std::nullopt;
    FileInfo info;
    info.type = FileInfo::Type::regular;
    info.mode = 0444;
    return CleanupTask{path, info, true};
}

bool lies_below_a_task(const std::string &path, const Tasks &tasks) {
    for (std::string above = base::parent_path(path); above != "/";
         above = base::parent_path(above))
        if (tasks.count(above) != 0)
            return true;
    return false;
}

/// Sorted by path, each once; nothing below a directory that goes as a whole. Throws Error.
std::vector<CleanupTask> cleanup_tasks(std::string_view name, const GuestView &guest) {
    Tasks tasks;
    for (const CleanupRule &rule : cleanup_rules()) {
        if (rule.name != name ||
            (!rule.manager.empty() && rule.manager != guest.facts().package_manager))
            continue;
        if (auto task = missing_file(rule, guest))
            tasks.emplace(task->path, std::move(*task));
        for (const std::string &pattern : patterns_of(rule, guest))
            for (const Found &each : glob(guest, pattern)) {
                const bool follows = rule.act == Act::empty && pattern.find('*') == pattern.npos;
                const Found found = follows ? followed(each, guest) : each;
                if (leads_astray(rule.pattern, found.path))
                    continue;
                if (auto task = task_for(rule, found, guest))
                    tasks.emplace(found.path, std::move(*task));
            }
    }
    std::vector<CleanupTask> result;
    for (const auto &[path, task] : tasks)
        if (!lies_below_a_task(path, tasks))
            result.push_back(task);
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

Foresight foresee(const Step &step, const GuestView &guest) {
    std::vector<Foreseen> seen;
    for (const CleanupTask &task :
         cleanup_tasks(step.options.at("clean").get<std::string>(), guest))
        seen.push_back(task.empties
                           ? file_at(task.path, {}, task.info.mode, task.info.uid, task.info.gid)
                           : nothing_at(task.path));
    return seen;
}

Json section(const std::vector<Json> &options) {
    Json names = Json::array();
    for (const Json &each : options)
        names.push_back(each.contains("clean") ? each.at("clean") : each);
    return names;
}

} // namespace

extern const StepKind k_cleanup_step;
const StepKind k_cleanup_step = {.name = "cleanup",
                                 .order = 30,
                                 .semantics = 1,
                                 .read = read,
                                 .preview = preview,
                                 .execute = execute,
                                 .needs = needs_nothing,
                                 .section = section,
                                 .foresee = foresee};

} // namespace retouch::steps
