// What a menu holds beside the section of 10_linux somebody wrote by hand, or is no Linux.

#include "steps/kernel/grub_menu.hpp"

#include "base/path.hpp"
#include "base/text.hpp"
#include "guest/guest_text.hpp"

#include <algorithm>

namespace retouch::steps {

namespace {

constexpr std::size_t k_largest_menu = std::size_t{4} << 20;
constexpr std::size_t k_most_entries = 1000;
constexpr std::string_view k_begin = "### BEGIN /etc/grub.d/10_linux";
constexpr std::string_view k_end = "### END /etc/grub.d/10_linux";

MenuEntry entry_of(KernelWords words) {
    words.erase(words.begin(), words.begin() + 2); // "linux PATH"
    MenuEntry entry{std::move(words)};
    for (const char *word : {"single", "recovery"})
        entry.is_rescue = entry.is_rescue || count_of(entry.words, word) > 0;
    return entry;
}

GrubMenu menu_in(const std::string &path, const std::string &text) {
    GrubMenu menu{path, {}};
    bool is_inside = text.find(k_begin) == std::string::npos;
    for (const std::string &line : base::split_lines(text)) {
        if (line.starts_with(k_begin))
            is_inside = true;
        else if (line.starts_with(k_end))
            is_inside = false;
        KernelWords words = kernel_words(line);
        if (words.empty())
            continue;
        menu.reads_loader_entries = menu.reads_loader_entries || words.front() == "blscfg";
        if (is_inside && words.size() > 1 && words.front().starts_with("linux") &&
            menu.entries.size() < k_most_entries)
            menu.entries.push_back(entry_of(std::move(words)));
    }
    return menu;
}

} // namespace

std::vector<GrubMenu> grub_menus(const GuestView &guest) {
    std::vector<std::string> paths = {"/boot/grub/grub.cfg", "/boot/grub2/grub.cfg"};
    for (const DirectoryEntry &entry : guest.list("/boot/efi/EFI"))
        paths.push_back(base::join(base::join("/boot/efi/EFI", entry.name), "grub.cfg"));
    std::vector<GrubMenu> menus;
    for (const std::string &path : paths)
        if (const auto text = guest::text_in_guest(guest, path, k_largest_menu)) {
            GrubMenu menu = menu_in(path, *text);
            // On the EFI system partition there is often but a stub that names the other.
            if (!path.starts_with("/boot/efi/") || !menu.entries.empty())
                menus.push_back(std::move(menu));
        }
    return menus;
}

} // namespace retouch::steps
