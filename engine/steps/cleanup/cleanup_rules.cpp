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
    {"random-seed", "", Act::remove_file, "/var/lib/systemd/random-seed"},
    {"random-seed", "", Act::remove_file, "/var/lib/systemd/credential.secret"},
    {"random-seed", "", Act::remove_file, "/var/lib/urandom/random-seed"},
    {"random-seed", "", Act::remove_file, "/var/lib/misc/random-seed"},
    {"random-seed", "", Act::remove_file, "/var/lib/seedrng/seed.*"},
    {"random-seed", "", Act::remove_file, "/boot/loader/random-seed"},
    {"random-seed", "", Act::remove_file, "/boot/efi/loader/random-seed"},
    {"random-seed", "", Act::remove_file, "/efi/loader/random-seed"},
    {"cloud-init-network", "", Act::remove, "/etc/netplan/50-cloud-init.yaml"},
    {"cloud-init-network", "", Act::remove, "/etc/network/interfaces.d/50-cloud-init*"},
    {"cloud-init-network", "", Act::remove, "/etc/systemd/network/10-cloud-init-*.network"},
    {"cloud-init-network", "", Act::remove,
     "/etc/NetworkManager/system-connections/cloud-init-*.nmconnection"},
    {"cloud-init-network", "", Act::remove,
     "/etc/NetworkManager/conf.d/30-cloud-init-ip6-addr-gen.conf"},
    {"cloud-init-network", "", Act::remove_created, "/etc/sysconfig/network-scripts/ifcfg-*"},
    {"cloud-init-network", "", Act::remove_created, "/etc/sysconfig/network/ifcfg-*"},
    {"network-leases", "", Act::remove, "/var/lib/dhcp/*.lease*"},
    {"network-leases", "", Act::remove, "/var/lib/dhclient/*.lease*"},
    {"network-leases", "", Act::remove, "/var/lib/dhcpcd/*.lease*"},
    {"network-leases", "", Act::remove, "/var/lib/dhcpcd/duid"},
    {"network-leases", "", Act::remove, "/var/lib/NetworkManager/*.lease"},
    {"network-leases", "", Act::remove, "/var/lib/NetworkManager/secret_key"},
    {"network-leases", "", Act::remove, "/var/lib/NetworkManager/timestamps"},
    {"network-leases", "", Act::remove, "/var/lib/wicked/lease-*"},
    {"network-leases", "", Act::remove, "/etc/udev/rules.d/70-persistent-net.rules"},
    {"authorized-keys", "", Act::remove, "~/.ssh/authorized_keys"},
    {"authorized-keys", "", Act::remove, "~/.ssh/authorized_keys2"},
    {"crash-dumps", "", Act::remove, "/var/crash/*"},
    {"crash-dumps", "", Act::remove, "/var/lib/systemd/coredump/*"},
    {"crash-dumps", "", Act::remove, "/var/spool/abrt/*"},
    {"package-history", "apt", Act::remove, "/var/log/apt/*"},
    {"package-history", "apt", Act::remove, "/var/log/dpkg.log*"},
    {"package-history", "apt", Act::remove, "/var/lib/dpkg/*-old"},
    {"package-history", "apt", Act::remove, "/var/cache/debconf/*-old"},
    {"package-history", "dnf", Act::remove, "/var/lib/dnf/history*"},
    {"package-history", "dnf", Act::remove,
     "/usr/lib/sysimage/libdnf5/transaction_history.sqlite*"},
    {"package-history", "dnf", Act::remove, "/var/log/dnf*"},
    {"package-history", "yum", Act::remove, "/var/lib/yum/history/*"},
    {"package-history", "yum", Act::remove, "/var/log/yum.log*"},
    {"package-history", "zypper", Act::remove, "/var/log/zypp/*"},
    {"package-history", "zypper", Act::remove, "/var/log/zypper.log*"},
    {"installer-leftovers", "", Act::remove, "/root/anaconda-ks.cfg"},
    {"installer-leftovers", "", Act::remove, "/root/original-ks.cfg"},
    {"installer-leftovers", "", Act::remove, "/root/initial-setup-ks.cfg"},
    {"installer-leftovers", "", Act::remove, "/root/install.log*"},
    {"installer-leftovers", "", Act::remove, "/root/autoinst.xml"},
    {"installer-leftovers", "", Act::remove, "/var/log/anaconda"},
    {"installer-leftovers", "", Act::remove, "/var/log/installer"},
    {"installer-leftovers", "", Act::remove, "/var/adm/autoinstall"},
    {"installer-leftovers", "", Act::remove, "/etc/cloud/cloud.cfg.d/99-installer.cfg"},
    {"installer-leftovers", "", Act::remove,
     "/etc/cloud/cloud.cfg.d/subiquity-disable-cloudinit-networking.cfg"},
    {"installer-leftovers", "", Act::remove, "/etc/cloud/cloud.cfg.d/curtin-preserve-sources.cfg"},
    {"hostname", "", Act::empty, "/etc/hostname"},
    {"hostname", "", Act::empty, "/etc/HOSTNAME"},
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
