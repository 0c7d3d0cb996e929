// packages: what is installed, removed, updated and held, and what packages ask. One step for each
// entry. What is there is read from the image's database; what is to be done the image's own
// package manager does, and the database is read again to see that it did.

#include "base/text.hpp"
#include "retouch/step_kind.hpp"
#include "steps/packages/debconf.hpp"
#include "steps/packages/package_changes.hpp"
#include "steps/packages/package_entries.hpp"
#include "steps/packages/package_wishes.hpp"
#include "steps/support/command_entry.hpp"
#include "steps/support/outcome.hpp"
#include "steps/support/system_family.hpp"

#include <fmt/format.h>

namespace retouch::steps {

namespace {

/// What a step comes to in a guest: changes of files, or a script for its package manager.
struct PackageTask {
    ImageChanges changes;
    std::string script;
    bool is_known = true;            ///< whether anything is to be done
    bool comes_to_something = false; ///< even where nothing can be done now
    bool network = false;
    std::string obstacle;
    std::string reason;

    [[nodiscard]] bool done() const {
        return script.empty() && changes.changes.empty() && !comes_to_something;
    }
};

PackageTask impossible(std::string obstacle) {
    PackageTask task;
    task.obstacle = std::move(obstacle);
    return task;
}

PackageTask task_of(PackageWishes wishes, std::string script, std::string when_met) {
    PackageTask task;
    task.obstacle = std::move(wishes.obstacle);
    task.network = wishes.work.network;
    if (!wishes.met())
        task.script = std::move(script);
    task.reason = wishes.met() ? std::move(when_met) : base::joined(wishes.reasons, ", ");
    return task;
}

PackageTask install_task(const Json &options, const PackageManager &manager,
                         const GuestView &guest) {
    PackageWishes wishes = install_wishes(options, manager, guest);
    std::string script = manager.install(wishes.work);
    return task_of(std::move(wishes), std::move(script), "installed");
}

PackageTask removal_task(const Json &options, const PackageManager &manager,
                         const GuestView &guest) {
    PackageWishes wishes = removal_wishes(options, manager, guest);
    wishes.work.network = false;
    std::string script = manager.remove(wishes.work);
    return task_of(std::move(wishes), std::move(script), "not there");
}

Updates updates_of(const Json &options) {
    if (options.at("update") == "all")
        return Updates::everything;
    return options.at("update") == "security" ? Updates::security : Updates::named;
}

PackageTask update_task(const Json &options, const PackageManager &manager,
                        const GuestView &guest) {
    const Updates updates = updates_of(options);
    PackageWishes wishes = update_wishes(options, manager, guest);
    if (wishes.obstacle.empty() && manager.update_obstacle != nullptr)
        wishes.obstacle = manager.update_obstacle(updates);
    PackageTask task;
    task.is_known = false;
    task.obstacle = std::move(wishes.obstacle);
    task.network = wishes.work.network;
    if (updates != Updates::named || !wishes.met())
        task.script = manager.update(updates, wishes.work);
    task.reason = "what is newer, only the repositories know";
    return task;
}

PackageTask hold_task(const Json &options, const std::string &verb, const PackageManager &manager,
                      const GuestView &guest, bool is_before) {
    PackageTask task;
    std::vector<std::string> brought;
    if (is_before && options.contains("brought"))
        options.at("brought").get_to(brought);
    const std::vector<std::string> names = names_of(named_packages(options, verb, manager));
    const bool hold = verb == "hold";
    HoldChanges held = hold_changes(names, hold, brought, manager, guest);
    task.changes = std::move(held.changes);
    task.comes_to_something = !held.names.empty();
    task.obstacle = task.changes.obstacle;
    task.reason = held.names.empty() ? std::string(hold ? "on hold" : "not on hold")
                                     : base::joined(held.names, ", ");
    return task;
}

PackageTask answers_task(const Json &options, const GuestView &guest) {
    if (system_family(guest.facts()) != SystemFamily::debian)
        return impossible("packages of this image ask nothing: debconf is Debian's");
    const DebconfAnswers known = debconf_answers(guest);
    DebconfAnswers missing;
    std::vector<std::string> names;
    for (const auto &[question, answer] : options.at("answers").items()) {
        const auto found = known.find(question);
        if (found != known.end() && found->second == answer.get<std::string>())
            continue;
        missing[question] = answer.get<std::string>();
        names.push_back(base::escape(question));
    }
    PackageTask task;
    task.reason = missing.empty() ? "answered" : base::joined(names, ", ");
    if (!missing.empty())
        task.script = fmt::format("debconf-set-selections <<'END OF ANSWERS'\n{}END OF ANSWERS\n",
                                  debconf_selections(missing));
    return task;
}

std::string unknown_manager(const Facts &facts) {
    if (facts.type == "windows")
        return "Windows has no package manager that is known here; a script at the first boot can "
               "install an MSI";
    return facts.package_manager.empty()
               ? std::string("the image has no package manager that is known here")
               : fmt::format("packages of {} are not known here",
                             base::escape(facts.package_manager));
}

/// `is_before`: steps before it are still to be done.
PackageTask task_of(const Step &step, const GuestView &guest, bool is_before) {
    const PackageManager *manager = package_manager_of(guest.facts());
    if (manager == nullptr)
        return impossible(unknown_manager(guest.facts()));
    const Json &options = step.options;
    if (options.contains("install"))
        return install_task(options, *manager, guest);
    if (options.contains("remove"))
        return removal_task(options, *manager, guest);
    if (options.contains("update"))
        return update_task(options, *manager, guest);
    if (options.contains("answers"))
        return answers_task(options, guest);
    return hold_task(options, options.contains("hold") ? "hold" : "unhold", *manager, guest,
                     is_before);
}

StepChange preview(const Step &step, const GuestView &guest) {
    PackageTask task = task_of(step, guest, true);
    require_no_obstacle(task.obstacle, step);
    const StepState state = task.done()     ? StepState::unchanged
                            : task.is_known ? StepState::change
                                            : StepState::unknown;
    return {state, std::move(task.reason), {}};
}

StepResult run_script(const PackageTask &task, const Step &step, Guest &guest) {
    GuestCommand command;
    command.script = task.script;
    command.network = task.network;
    command.time_limit = std::chrono::seconds(step.options.at("timeout").get<std::int64_t>());
    const CommandResult done = guest.run(command);
    StepResult result = report_of(done);
    result.outcome = StepOutcome::changed;
    if (done.exit_status != 0 || done.timed_out) {
        result.outcome = StepOutcome::failed;
        result.message = "the package manager " + failure_of(done, command);
    }
    return result;
}

/// It may have said that all went well and have left something out.
void require_met(StepResult &result, const Step &step, const GuestView &guest) {
    const PackageTask left = task_of(step, guest, false);
    if (!left.is_known || left.done())
        return;
    result.outcome = StepOutcome::failed;
    result.message =
        fmt::format("the package manager says that it did all of it, but: {}", left.reason);
}

StepResult execute(const Step &step, Guest &guest) {
    PackageTask task = task_of(step, guest, false);
    if (!task.obstacle.empty())
        return finished(StepOutcome::failed, std::move(task.obstacle));
    if (task.script.empty())
        return carried_out(std::move(task.changes), guest);
    const bool answers = step.options.contains("answers");
    const guest::Packages before = answers ? guest::Packages() : packages_of(guest);
    StepResult result = run_script(task, step, guest);
    if (result.outcome == StepOutcome::failed)
        return result;
    require_met(result, step, guest);
    if (result.outcome == StepOutcome::failed)
        return result;
    if (answers) {
        result.message = task.reason;
        return result;
    }
    const std::vector<PackageChange> changes = guest::package_changes(before, packages_of(guest));
    if (changes.empty() && !task.is_known)
        result.outcome = StepOutcome::unchanged;
    result.message = told(changes);
    return result;
}

Needs needs(const Step &step) {
    const Json &options = step.options;
    return {options.value("network", false),
            !options.contains("hold") && !options.contains("unhold")};
}

Foresight foresee(const Step &step, const GuestView &guest) {
    PackageTask task = task_of(step, guest, true);
    if (!task.script.empty())
        return std::nullopt;
    return foreseen_of(std::move(task.changes));
}

} // namespace

extern const StepKind k_packages_step;
const StepKind k_packages_step = {.name = "packages",
                                  .order = 4,
                                  .semantics = 1,
                                  .read = read_packages,
                                  .preview = preview,
                                  .execute = execute,
                                  .needs = needs,
                                  .section = package_section,
                                  .foresee = foresee,
                                  .secret_keys = {"answers"}};

} // namespace retouch::steps
