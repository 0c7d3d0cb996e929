// The tree comes first: what it says did not change is not read again.

#include "guest/observer.hpp"

#include "guest/effects/services.hpp"
#include "guest/resolve.hpp"

#include <algorithm>
#include <utility>

namespace retouch::guest {

namespace {

constexpr std::size_t k_largest_accounts = std::size_t{16} << 20;
constexpr const char *k_passwd_file = "/etc/passwd";
constexpr const char *k_group_file = "/etc/group";

/// Empty when there is no such file.
std::string text_of(const GuestView &guest, const char *path) {
    const std::string resolved = resolve_in_guest(guest, path);
    const std::optional<FileInfo> info = guest.lstat(resolved);
    if (!info || info->type != FileInfo::Type::regular)
        return {};
    return guest.read(resolved, k_largest_accounts);
}

} // namespace

Observer::Observer(Guest &guest, const std::vector<std::string> &keep)
    : guest_(guest), package_source_(guest) {
    guest_.mark(keep);
    packages_ = package_source_.read(guest_);
    services_ = enabled_services(guest_);
    accounts_ = read_accounts();
    bytes_written_ = guest_.bytes_written();
}

Accounts Observer::read_accounts() const {
    return accounts_of(text_of(guest_, k_passwd_file), text_of(guest_, k_group_file));
}

Effect Observer::effect() {
    Effect effect;
    effect.files = guest_.changes();
    if (package_source_.is_touched_by(effect.files)) {
        const Packages before = std::exchange(packages_, package_source_.read(guest_));
        effect.packages = package_changes(before, packages_);
    }
    if (std::ranges::any_of(effect.files, decides_services, &EntryChange::path)) {
        const std::set<std::string> before = std::exchange(services_, enabled_services(guest_));
        effect.services = service_changes(before, services_);
    }
    if (std::ranges::any_of(effect.files, [](const EntryChange &change) {
            return change.path == k_passwd_file || change.path == k_group_file;
        })) {
        const Accounts before = std::exchange(accounts_, read_accounts());
        effect.accounts = account_changes(before, accounts_);
    }
    const std::uint64_t written = guest_.bytes_written();
    effect.bytes_written = written - std::exchange(bytes_written_, written);
    return effect;
}

} // namespace retouch::guest
