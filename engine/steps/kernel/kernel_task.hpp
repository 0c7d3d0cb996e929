#pragma once
// KernelTask: what a step of `kernel` comes to in a guest as it is: changes of files, and then
// perhaps a program of the image. It only looks, so that plan and execution judge alike.

#include "steps/kernel/word_wishes.hpp"
#include "steps/support/image_changes.hpp"

#include <string>
#include <vector>

namespace retouch::steps {

struct KernelTask : ImageChanges {
    std::string script; ///< to be run when the changes are made; may be empty

    [[nodiscard]] bool done() const { return changes.empty() && script.empty(); }
};

[[nodiscard]] KernelTask impossible_task(std::string obstacle);

// Each throws Error.

/// The kernel command line, where the image's boot loader has it.
[[nodiscard]] KernelTask command_line_task(const WordWishes &wishes, const GuestView &guest);

/// Modules in the initramfs of every kernel.
[[nodiscard]] KernelTask initramfs_task(const std::vector<std::string> &modules,
                                        const GuestView &guest);

/// The packages of kernels that are not the newest go.
[[nodiscard]] KernelTask old_kernels_task(const GuestView &guest);

/// Fails `task` unless the image has the program `tool`, which makes `what`. Throws Error.
void require_tool(const std::string &tool, std::string_view what, const GuestView &guest,
                  KernelTask &task);

/// A name from the image that no shell takes for anything else, such as the version of a kernel.
[[nodiscard]] bool is_safe_name(std::string_view name);

} // namespace retouch::steps
