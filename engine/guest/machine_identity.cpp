#include "guest/machine_identity.hpp"

#include "base/path.hpp"
#include "base/path_glob.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <string_view>

namespace retouch::guest {

namespace {

struct Kind {
    const char *directory;
    std::string_view names;   ///< a glob
    std::string_view cleanup; ///< the name that takes them away; empty: none does
};

constexpr Kind k_kinds[] = {
    {"/etc", "machine-id", "machine-id"},
    {"/var/lib/dbus", "machine-id", "machine-id"},
    {"/etc/ssh", "ssh_host_*_key", "ssh-host-keys"},
    {"/var/lib/systemd", "random-seed", ""},
    {"/var/lib/systemd", "credential.secret", ""},
    {"/var/lib/urandom", "random-seed", ""},
    {"/var/lib/dhcp", "*.leases", ""},
    {"/var/lib/dhclient", "*.lease*", ""},
    {"/var/lib/NetworkManager", "*.lease", ""},
    {"/var/lib/NetworkManager", "secret_key", ""},
    {"/etc/udev/rules.d", "70-persistent-net.rules", ""},
};

/// machine-id(5): an image that asks for one at its first boot.
bool is_unset(const GuestView &guest, const std::string &path) {
    constexpr std::size_t longest = 256;
    const auto info = guest.lstat(path);
    return path == "/etc/machine-id" && info && info->size < longest &&
           base::trim(guest.read(path, longest)) == "uninitialized";
}

} // namespace

std::set<std::string> identity_files(const GuestView &guest) {
    std::set<std::string> found;
    for (const Kind &kind : k_kinds)
        for (const DirectoryEntry &entry : guest.list(kind.directory))
            if (entry.info.type == FileInfo::Type::regular && entry.info.size > 0 &&
                base::matches_name(kind.names, entry.name) &&
                !is_unset(guest, base::join(kind.directory, entry.name)))
                found.insert(base::join(kind.directory, entry.name));
    return found;
}

std::vector<std::string> cleanup_of_identity(const std::vector<std::string> &paths) {
    std::vector<std::string> names;
    for (const Kind &kind : k_kinds) {
        const auto is_of_kind = [&](const std::string &path) {
            return base::parent_path(path) == kind.directory &&
                   base::matches_name(kind.names, base::base_name(path));
        };
        const std::string name(kind.cleanup);
        if (!name.empty() && std::ranges::any_of(paths, is_of_kind) &&
            std::ranges::find(names, name) == names.end())
            names.push_back(name);
    }
    return names;
}

} // namespace retouch::guest
