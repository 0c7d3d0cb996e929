// Code places: the lists. Places that exist under several roots are told by their last directories,
// files that any directory may hold by their names.

#include "model/code_places.hpp"

#include "base/path_glob.hpp"

#include <algorithm>
#include <string_view>

namespace retouch {

namespace {

constexpr const char *k_places[] = {
    // Programs, and directories of what is read as one configuration: cron.d, profile.d, sudoers.d.
    "**/bin/**",
    "**/sbin/**",
    "**/libexec/**",
    "**/*.d/**",
    // The dynamic linker, and Python's compiled modules.
    "/etc/ld.so.*",
    "/etc/ld-musl-*",
    "**/__pycache__/**",
    // Booting, the kernel and its devices.
    "/boot/**",
    "/efi/**",
    "**/lib/modules/**",
    "**/lib/firmware/**",
    "/etc/modules",
    "/etc/sysctl.conf",
    "/etc/fstab",
    "/etc/crypttab",
    "**/udev/**",
    // The first process, and what it starts.
    "/etc/systemd/**",
    "**/systemd/system*/**",
    "**/systemd/user*/**",
    "**/systemd/network/**",
    "/run/systemd/generator*/**",
    "/run/systemd/transient/**",
    "/var/lib/systemd/linger/**",
    "/etc/init*/**",
    "/etc/rc*/**",
    "/etc/runlevels/**",
    "/etc/default/**",
    "/etc/sysconfig/**",
    "/etc/network/**",
    "/etc/dhcp/**",
    "/etc/inetd.conf",
    // What cloud-init runs, or unpickles, as root.
    "/etc/cloud/**",
    "/var/lib/cloud/scripts/**",
    "/var/lib/cloud/seed/**",
    "/var/lib/cloud/handlers/**",
    "/var/lib/cloud/instance*/**",
    // Clocks.
    "/etc/cron*/**",
    "/etc/anacrontab",
    "**/spool/cron/**",
    "**/spool/at/**",
    "**/spool/incron/**",
    "**/crontabs/**",
    "**/atjobs/**",
    // Shells and sessions.
    "/etc/profile",
    "/etc/environment",
    "/etc/bash*",
    "/etc/zsh*/**",
    "/etc/csh*",
    "/etc/skel/**",
    "**/.config/autostart/**",
    // Who may run what as whom, and what logging in or a letter runs.
    "/etc/sudoers",
    "/etc/pam.conf",
    "/etc/security/**",
    "/etc/polkit-1/**",
    "/etc/ssh/sshd_config",
    "/etc/ssh/sshrc",
    "**/.ssh/**",
    "/etc/aliases",
    // Package managers, which run hooks and scripts.
    "/etc/apt/**",
    "/etc/dpkg/**",
    "/etc/dnf/**",
    "/etc/yum*/**",
    "/etc/zypp/**",
    "/etc/logrotate.conf",
};

constexpr std::string_view k_endings[] = {
    ".so", ".ko", ".py", ".pyc", ".pyo", ".pth", ".sh",
    ".pl", ".pm", ".rb", ".lua", ".php", ".js",  ".jar",
};

/// Behind these a version or a way of compressing follows.
constexpr std::string_view k_middles[] = {".so.", ".ko."};

constexpr std::string_view k_names[] = {
    ".profile",      ".bashrc", ".bash_profile", ".bash_login", ".bash_logout",
    ".bash_aliases", ".zshrc",  ".zshenv",       ".zprofile",   ".zlogin",
};

constexpr const char *k_made_anew[] = {
    "/etc/ld.so.cache",
    "**/__pycache__/*.pyc",
    "/boot/initrd.img-*",
    "/boot/initramfs-*",
};

bool has_code_name(std::string_view name) {
    return std::ranges::any_of(k_endings, [&](auto ending) { return name.ends_with(ending); }) ||
           std::ranges::any_of(k_middles,
                               [&](auto part) { return name.find(part) != name.npos; }) ||
           std::ranges::find(k_names, name) != std::end(k_names);
}

bool leads_to(std::string_view place, const std::string &path) {
    while (place.starts_with('/')) {
        place = place.substr(0, place.rfind('/'));
        if (matches_path(std::string(place), path))
            return true;
    }
    return false;
}

} // namespace

bool is_code_place(const std::string &path) {
    return has_code_name(std::string_view(path).substr(path.rfind('/') + 1)) ||
           std::ranges::any_of(k_places, [&](auto *place) { return matches_path(place, path); });
}

bool leads_to_code_place(const std::string &path) {
    return std::ranges::any_of(k_places, [&](auto *place) { return leads_to(place, path); });
}

bool is_made_anew(const std::string &path) {
    return std::ranges::any_of(k_made_anew, [&](auto *glob) { return matches_path(glob, path); });
}

} // namespace retouch
