// The keymap of the console. Debian has a layout of X in its place; the others one of kbd.

#include "base/path.hpp"
#include "guest/resolve.hpp"
#include "steps/support/guest_glob.hpp"
#include "steps/system/system_work.hpp"

#include <fmt/format.h>

#include <array>

namespace retouch::steps {

namespace {

constexpr const char *k_debian_file = "/etc/default/keyboard";
constexpr const char *k_layouts = "/usr/share/X11/xkb/symbols";
constexpr const char *k_console_file = "/etc/vconsole.conf";
constexpr std::array<const char *, 3> k_keymaps = {"/usr/lib/kbd/keymaps", "/usr/share/kbd/keymaps",
                                                   "/usr/share/keymaps"};

SystemWork assignment(const char *path, const std::string &key, const std::string &value,
                      const GuestView &guest) {
    SystemWork work;
    const ImageText file = image_text(guest, path);
    want_text(work, file, with_assignment(file.text, key, value));
    if (!work.changes.empty())
        work.reasons.push_back(fmt::format("{} in {}", key, path));
    return work;
}

SystemWork on_debian(const std::string &keymap, const GuestView &guest) {
    SystemWork work;
    if (!has_file(guest, k_debian_file))
        work.obstacle = fmt::format("the image has no {}: that comes with the package "
                                    "keyboard-configuration",
                                    k_debian_file);
    else if (!has_file(guest, base::join(k_layouts, keymap)))
        work.obstacle =
            fmt::format("the image has no keyboard layout '{}' (in {})", keymap, k_layouts);
    return work.obstacle.empty() ? assignment(k_debian_file, "XKBLAYOUT", keymap, guest) : work;
}

bool has_keymap(const std::string &keymap, const GuestView &guest) {
    for (const char *directory : k_keymaps)
        for (const Found &found :
             everything_below(guest, guest::resolve_in_guest(guest, directory)))
            if (const std::string name = base::base_name(found.path);
                name == keymap + ".map.gz" || name == keymap + ".map")
                return true;
    return false;
}

} // namespace

SystemWork keymap_work(const std::string &keymap, const GuestView &guest) {
    switch (system_family(guest.facts())) {
    case SystemFamily::windows:
        return refused("the keyboard of a Windows image is not changed");
    case SystemFamily::alpine:
        return refused("the keymap of Alpine is a binary that setup-keymap puts in place; run that "
                       "with a command");
    case SystemFamily::other:
        return not_known(guest, "its keymap");
    case SystemFamily::debian:
        return on_debian(keymap, guest);
    case SystemFamily::rhel:
    case SystemFamily::suse:
        break;
    }
    if (has_keymap(keymap, guest))
        return assignment(k_console_file, "KEYMAP", keymap, guest);
    SystemWork work;
    work.obstacle =
        fmt::format("the image has no keymap '{}': keymaps come with the package kbd", keymap);
    return work;
}

} // namespace retouch::steps
