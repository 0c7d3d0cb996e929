// Cleanup tasks: the rules applied to what a guest holds.
// Links are removed, never followed to what they point at; what is empty already is no task.

#include "steps/cleanup/cleanup_tasks.hpp"

#include "base/path.hpp"
#include "steps/cleanup/cleanup_rules.hpp"
#include "steps/cleanup/guest_glob.hpp"
#include "steps/support/accounts.hpp"

#include <map>
#include <optional>

namespace retouch::steps {

namespace {

using Act = CleanupRule::Act;
using Tasks = std::map<std::string, CleanupTask>;

std::vector<std::string> patterns_of(const CleanupRule &rule, const GuestView &guest) {
    if (!rule.pattern.starts_with('~'))
        return {std::string(rule.pattern)};
    std::vector<std::string> patterns;
    for (const std::string &home : home_directories(guest))
        patterns.push_back(base::join(home, rule.pattern.substr(1)));
    return patterns;
}

/// What `rule` means for an entry that its pattern names, if anything.
std::optional<CleanupTask> task_for(const CleanupRule &rule, const Found &found,
                                    const GuestView &guest) {
    const bool regular = found.info.type == FileInfo::Type::regular;
    if (!regular && rule.act != Act::remove)
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

} // namespace

std::vector<CleanupTask> cleanup_tasks(std::string_view name, const GuestView &guest) {
    Tasks tasks;
    for (const CleanupRule &rule : cleanup_rules()) {
        if (rule.name != name ||
            (!rule.manager.empty() && rule.manager != guest.facts().package_manager))
            continue;
        if (auto task = missing_file(rule, guest))
            tasks.emplace(task->path, std::move(*task));
        for (const std::string &pattern : patterns_of(rule, guest))
            for (const Found &found : glob(guest, pattern))
                if (auto task = task_for(rule, found, guest))
                    tasks.emplace(found.path, std::move(*task));
    }
    std::vector<CleanupTask> result;
    for (const auto &[path, task] : tasks)
        if (!lies_below_a_task(path, tasks))
            result.push_back(task);
    return result;
}

} // namespace retouch::steps
