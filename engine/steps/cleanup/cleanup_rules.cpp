// Cleanup rules as a table.
// Package caches keep their directories: some package managers do not make them again.
// cloud-init's seed and scripts are somebody's work, not state, and stay.

#include "steps/cleanup/cleanup_rules.hpp"

#include <algorithm>
#include <array>

namespace retouch::steps {

namespace {

using Act = CleanupRule::Act;

constexpr CleanupRule k_rules[] = {
    {"package-cache", "apt", Act::remove, "/var/cache/apt/archives/*.deb"},
    {"package-cache", "apt", Act::remove, "/var/cache/apt/archives/partial/*"},
    {"package-cache", "apt", Act::remove, "/var/cache/apt/*.bin"},
    {"package-cache", "apt", Act::remove, "/var/lib/apt/lists/**"},
    {"package-cache", "dnf", Act::remove, "/var/cache/dnf/**"},
    {"package-cache", "dnf", Act::remove, "/var/cache/libdnf5/**"},
    {"package-cache", "dnf", Act::remove, "/var/cache/yum/**"},
    {"package-cache", "yum", Act::remove, "/var/cache/yum/**"},
    {"package-cache", "zypper", Act::remove, "/var/cache/zypp/**"},
    {"package-cache", "apk", Act::remove, "/var/cache/apk/**"},
    {"package-cache", "apk", Act::remove, "/etc/apk/cache/**"},
    {"package-cache", "pacman", Act::remove, "/var/cache/pacman/pkg/**"},
    {"cloud-init", "", Act::remove, "/var/lib/cloud/instance"},
    {"cloud-init", "", Act::remove, "/var/lib/cloud/instances/*"},
    {"cloud-init", "", Act::remove, "/var/lib/cloud/data/*"},
    {"cloud-init", "", Act::remove, "/var/lib/cloud/sem/*"},
    {"cloud-init", "", Act::remove, "/var/lib/cloud/handlers/*"},
    {"cloud-init", "", Act::remove, "/var/log/cloud-init*.log*"},
    {"machine-id", "", Act::make_empty, "/etc/machine-id"},
    {"machine-id", "", Act::remove_file, "/var/lib/dbus/machine-id"},
    {"ssh-host-keys", "", Act::remove, "/etc/ssh/ssh_host_*_key*"},
    {"logs", "", Act::remove, "/var/log/journal/*"},
    {"logs", "", Act::empty, "/var/log/**"},
    {"temporary-files", "", Act::remove, "/tmp/*"},
    {"temporary-files", "", Act::remove, "/var/tmp/*"},
    {"shell-history", "", Act::remove_file, "~/.*_history"},
    {"shell-history", "", Act::remove_file, "~/.local/share/fish/fish_history"},
};

bool has_only_digits(std::string_view text) {
    return std::ranges::all_of(text, [](char each) { return each >= '0' && each <= '9'; });
}

} // namespace

std::span<const CleanupRule> cleanup_rules() {
    return k_rules;
}

bool is_rotated_log(std::string_view file_name) {
    constexpr std::array<std::string_view, 5> k_endings = {".gz", ".xz", ".bz2", ".zst", ".old"};
    constexpr std::size_t k_date = 8;
    const auto ends_so = [&](std::string_view ending) { return file_name.ends_with(ending); };
    if (std::ranges::any_of(k_endings, ends_so))
        return true;
    const auto dot = file_name.rfind('.');
    if (dot != std::string_view::npos && dot + 1 < file_name.size() &&
        has_only_digits(file_name.substr(dot + 1)))
        return true;
    const auto dash = file_name.rfind('-');
    return dash != std::string_view::npos && file_name.size() - dash - 1 == k_date &&
           has_only_digits(file_name.substr(dash + 1));
}

} // namespace retouch::steps
