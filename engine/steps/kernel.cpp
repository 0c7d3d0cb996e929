// kernel: words of the kernel command line, modules of the initramfs, and old kernels. What a boot
// loader or an initramfs is made from are files of the image; what makes them is the image's own
// tool, run only where what it made before is not as it shall be.

#include "base/text.hpp"
#include "base/unified_diff.hpp"
#include "guest/boot_entries.hpp"
#include "retouch/step_kind.hpp"
#include "steps/kernel/environment_block.hpp"
#include "steps/kernel/kernel_entries.hpp"
#include "steps/kernel/kernel_task.hpp"
#include "steps/support/command_entry.hpp"
#include "steps/support/image_text.hpp"
#include "steps/support/plain_kind.hpp"

#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr std::chrono::seconds k_tool_limit{3600}; // an initramfs of each kernel

KernelWords words_under(const Json &options, const char *key) {
    return options.value(key, KernelWords());
}

KernelTask task_in(const Step &step, const GuestView &guest) {
    const Json &options = step.options;
    KernelTask task;
    if (options.contains("initramfs"))
        task = initramfs_task(options.at("initramfs").at("modules"), guest);
    else if (options.contains("old"))
        task = old_kernels_task(guest);
    else
        task = command_line_task({words_under(options, "append"), words_under(options, "remove")},
                                 guest);
    require_possible(guest, task);
    return task;
}

/// A block of GRUB's is shown without what fills it.
std::string change_shown(const Foreseen &change, const GuestView &guest) {
    if (!change.path.ends_with("/grubenv"))
        return text_diff(change, guest);
    return base::escape(base::unified_diff(without_filling(guest.read(change.path, 1U << 20U)),
                                           without_filling(std::get<std::string>(change.source)),
                                           change.path, change.path),
                        true);
}

StepChange preview(const Step &step, const GuestView &guest) {
    const KernelTask task = task_in(step, guest);
    StepChange change = foretold(step, task, base::joined(task.reasons, ", "));
    if (!task.done())
        change.state = StepState::change;
    for (const Foreseen &each : task.changes)
        change.diff += change_shown(each, guest);
    return change;
}

StepResult run_tool(const KernelTask &task, const Step &step, Guest &guest) {
    const guest::BootEntries before = guest::boot_entries(guest);
    GuestCommand command;
    command.script = task.script;
    command.time_limit = k_tool_limit;
    const CommandResult done = guest.run(command);
    StepResult result = report_of(done);
    result.outcome = StepOutcome::failed;
    if (done.exit_status != 0 || done.timed_out) {
        result.message = fmt::format("{}: {}", first_line(task.script), failure_of(done, command));
        return result;
    }
    guest::require_bootable(before, guest);
    const KernelTask left = task_in(step, guest);
    if (!left.done() || !left.possible()) {
        result.message = fmt::format("the image's own tool says that it did all of it, but: {}{}",
                                     left.obstacle, base::joined(left.reasons, ", "));
        return result;
    }
    result.outcome = StepOutcome::changed;
    return result;
}

StepResult execute(const Step &step, Guest &guest) {
    const KernelTask task = task_in(step, guest);
    StepResult result = carried_out(task, guest);
    if (result.outcome != StepOutcome::failed && !task.script.empty())
        result = run_tool(task, step, guest);
    if (result.outcome == StepOutcome::changed)
        result.message = base::joined(task.reasons, ", ");
    return result;
}

Foresight foresee(const Step &step, const GuestView &guest) {
    const KernelTask task = task_in(step, guest);
    if (!task.script.empty() && task.possible())
        return std::nullopt;
    return foreseen_of(task);
}

Needs needs(const Step & /*step*/) {
    return {false, true};
}

} // namespace

extern const StepKind k_kernel_step;
const StepKind k_kernel_step = {.name = "kernel",
                                .order = 18,
                                .semantics = 1,
                                .read = read_kernel,
                                .preview = preview,
                                .execute = execute,
                                .needs = needs,
                                .section = entries_of,
                                .foresee = foresee};

} // namespace retouch::steps
