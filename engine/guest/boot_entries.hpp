#pragma once
// Boot entries: what the boot loader configuration of an image offers to boot, and whether the
// kernel and initramfs of each are there. GRUB's menu and the entries of the Boot Loader
// Specification; nothing is run, and no boot loader is looked at.

#include "retouch/guest.hpp"

#include <string>
#include <vector>

namespace retouch::guest {

struct BootEntries {
    std::size_t whole = 0; ///< entries of which all files are there
    /// Files that others want and that are missing; untrusted, at most a few.
    std::vector<std::string> missing;
};

/// Throws Error.
[[nodiscard]] BootEntries boot_entries(const GuestView &guest);

/// `before`: of the same image, before it was changed. Throws Error: failed when something could be
/// booted then and nothing can now.
void require_bootable(const BootEntries &before, const GuestView &guest);

} // namespace retouch::guest
