#pragma once
// GRUB's menu (grub.cfg) as the image holds it: the kernel command lines of entries that GRUB's own
// tools made. It is read, never written.

#include "steps/kernel/word_wishes.hpp"

#include "retouch/guest.hpp"

#include <string>
#include <vector>

namespace retouch::steps {

struct MenuEntry {
    KernelWords words;
    bool is_rescue = false;
};

struct GrubMenu {
    std::string path; ///< as its maker is told
    std::vector<MenuEntry> entries;
    bool reads_loader_entries = false; ///< the entries are files of their own
};

/// Those of the image, in /boot and on the EFI system partition. Throws Error.
[[nodiscard]] std::vector<GrubMenu> grub_menus(const GuestView &guest);

} // namespace retouch::steps
