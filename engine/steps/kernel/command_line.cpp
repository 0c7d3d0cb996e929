// Where a boot loader has the kernel command line: entries in files of their own, GRUB's menu, or
// the menu of extlinux. GRUB's menu is made by GRUB's own tool; the others are written.

#include "base/path.hpp"
#include "base/text.hpp"
#include "steps/kernel/grub_menu.hpp"
#include "steps/kernel/kernel_defaults.hpp"
#include "steps/kernel/kernel_task.hpp"
#include "steps/kernel/loader_entries.hpp"
#include "steps/support/guest_paths.hpp"
#include "steps/support/image_text.hpp"
#include "steps/support/system_family.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr const char *k_always = "GRUB_CMDLINE_LINUX";
constexpr const char *k_usual = "GRUB_CMDLINE_LINUX_DEFAULT";
constexpr const char *k_defaults = "/etc/default/grub";
constexpr const char *k_drop_ins = "/etc/default/grub.d";
constexpr const char *k_extlinux_menu = "/boot/extlinux.conf";
constexpr const char *k_extlinux_settings = "/etc/update-extlinux.conf";

std::vector<std::string> defaults_files(const GuestView &guest) {
    std::vector<std::string> files = {k_defaults};
    if (system_family(guest.facts()) == SystemFamily::debian)
        for (const DirectoryEntry &entry : guest.list(k_drop_ins))
            if (entry.name.ends_with(".cfg") && !entry.name.starts_with('.'))
                files.push_back(base::join(k_drop_ins, entry.name));
    return files;
}

/// `always`: the words that entries for a rescue have too.
bool is_met(const MenuEntry &entry, const WordWishes &wishes, const KernelWords &always) {
    return std::ranges::none_of(entry.words,
                                [&](const std::string &word) { return wishes.removes(word); }) &&
           std::ranges::all_of(wishes.append, [&](const std::string &word) {
               const bool is_due = !entry.is_rescue || count_of(always, word) > 0;
               return count_of(entry.words, word) == (is_due ? 1 : 0);
           });
}

/// The tool of the family that makes the menus, or why there is none.
std::string menu_script(const std::vector<GrubMenu> &menus, const GuestView &guest,
                        KernelTask &task) {
    const SystemFamily family = system_family(guest.facts());
    const bool is_debian = family == SystemFamily::debian;
    const std::string tool = is_debian                        ? "update-grub"
                             : family == SystemFamily::alpine ? "grub-mkconfig"
                                                              : "grub2-mkconfig";
    require_tool(tool, "the menu of its boot loader", guest, task);
    if (is_debian)
        return tool + "\n";
    std::string script = "set -e\n";
    for (const GrubMenu &menu : menus) {
        if (!std::ranges::all_of(base::split(menu.path.substr(1), '/'), is_safe_name))
            task.fail(fmt::format("'{}' is an odd name for a menu", base::escape(menu.path)));
        script += fmt::format("{} -o '{}'\n", tool, menu.path);
    }
    return script;
}

KernelTask grub_task(const std::vector<GrubMenu> &menus, const WordWishes &wishes,
                     const GuestView &guest) {
    KernelTask task;
    KernelDefaults defaults(guest, defaults_files(guest), k_always, k_usual);
    task.fail(defaults.obstacle());
    if (!task.possible())
        return task;
    defaults.want(wishes);
    defaults.note(task);
    const KernelWords always = defaults.always();
    std::size_t all = 0;
    std::size_t unmet = 0;
    for (const GrubMenu &menu : menus)
        for (const MenuEntry &entry : menu.entries) {
            ++all;
            unmet += is_met(entry, wishes, always) ? 0 : 1;
        }
    if (unmet > 0 || (all == 0 && !task.changes.empty())) {
        task.script = menu_script(menus, guest, task);
        task.reasons.push_back(
            fmt::format("{} of {} menu entr{} to make anew", unmet, all, all == 1 ? "y" : "ies"));
    } else if (!task.changes.empty()) {
        task.reasons.emplace_back("the menu is so already");
    }
    return task;
}

/// "APPEND WORD..." of each entry; the keyword in any letters.
KernelTask extlinux_task(const WordWishes &wishes, const GuestView &guest) {
    KernelTask task;
    KernelDefaults defaults(guest, {k_extlinux_settings}, "default_kernel_opts", "");
    task.fail(defaults.obstacle());
    if (!task.possible())
        return task;
    const ImageText menu = image_text(guest, k_extlinux_menu);
    std::vector<std::string> lines = base::split(menu.text, '\n');
    std::size_t changed = 0;
    for (std::string &line : lines) {
        const KernelWords words = kernel_words(line);
        if (words.empty() || base::small_letters(words.front()) != "append")
            continue;
        const std::size_t end = line.find(words.front()) + words.front().size() + 1;
        const std::string wanted =
            line.substr(0, end) + line_with_wishes(line.substr(std::min(end, line.size())), wishes);
        changed += wanted == line ? 0 : 1;
        line = wanted;
    }
    want_text(task, menu, base::joined(lines, "\n"));
    if (stat(guest, k_extlinux_settings)) {
        defaults.want(wishes);
        defaults.note(task);
    }
    if (changed > 0)
        task.reasons.push_back(fmt::format("{} boot entr{}", changed, changed == 1 ? "y" : "ies"));
    return task;
}

KernelTask loader_task(const std::vector<std::string> &entries, const WordWishes &wishes,
                       const GuestView &guest) {
    KernelTask task;
    want_in_loader_entries(entries, wishes, guest, task);
    return task;
}

bool has_unified_images(const GuestView &guest) {
    return std::ranges::any_of(guest.list("/boot/efi/EFI/Linux"), [](const DirectoryEntry &entry) {
        return entry.name.ends_with(".efi");
    });
}

} // namespace

KernelTask command_line_task(const WordWishes &wishes, const GuestView &guest) {
    const SystemFamily family = system_family(guest.facts());
    if (family == SystemFamily::windows)
        return impossible_task("a Windows image has no kernel command line; BCD is not changed");
    if (has_unified_images(guest))
        return impossible_task("the image boots unified kernel images (/boot/efi/EFI/Linux), which "
                               "hold their command line, signed");
    const std::vector<GrubMenu> menus = grub_menus(guest);
    const std::vector<std::string> entries = loader_entry_files(guest);
    const bool uses_entries =
        !entries.empty() && (menus.empty() || std::ranges::any_of(menus, [](const GrubMenu &menu) {
                                 return menu.reads_loader_entries;
                             }));
    if (uses_entries)
        return loader_task(entries, wishes, guest);
    if (!menus.empty() && family != SystemFamily::other)
        return grub_task(menus, wishes, guest);
    if (stat(guest, k_extlinux_menu))
        return extlinux_task(wishes, guest);
    return impossible_task(
        "the image has no boot loader whose configuration is known here: neither "
        "a menu of GRUB nor boot entries in /boot/loader/entries");
}

} // namespace retouch::steps
