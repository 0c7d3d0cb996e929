#pragma once
// Entries of the Boot Loader Specification: a file each, with the kernel command line in it, or in
// part in GRUB's environment block. Both are written, and no program is run.

#include "steps/kernel/kernel_task.hpp"

#include <string>
#include <vector>

namespace retouch::steps {

/// Their files. Throws Error.
[[nodiscard]] std::vector<std::string> loader_entry_files(const GuestView &guest);

/// Adds what of the entries is to change, and of what later kernels take their words from. Throws
/// Error.
void want_in_loader_entries(const std::vector<std::string> &files, const WordWishes &wishes,
                            const GuestView &guest, KernelTask &task);

} // namespace retouch::steps
