#include "guest/host/provided_files.hpp"

#include "base/path.hpp"
#include "base/text.hpp"
#include "guest/command.hpp"
#include "guest/host/launch_orders.hpp"
#include "guest/initramfs.hpp"
#include "guest/resolve.hpp"

#include <fcntl.h>
#include <fmt/format.h>

namespace retouch::guest {

std::string resolver_settings() {
    return fmt::format("nameserver {}\n", k_name_server);
}

ProvidedFiles::ProvidedFiles(const Sandbox &sandbox, const GuestCommand &command) {
    if (!sandbox.writable)
        return;
    const GuestView &guest = sandbox.guest;
    if (command.network && !base::is_within(resolver_target(guest).value_or("/"), "/run"))
        has_resolver_ = put(sandbox, k_resolver_path, resolver_settings(), 0644);
    // Only where something asks the policy: elsewhere it would be a stranger.
    if (guest.lstat(k_policy_path) || guest.lstat("/usr/sbin/invoke-rc.d"))
        has_policy_ = put(sandbox, k_policy_path, k_policy_script, 0755);
    static_cast<void>(put(sandbox, k_dpkg_path, k_dpkg_settings, 0644));
    if (initramfs_is_for_one_machine(guest))
        static_cast<void>(put(sandbox, k_initramfs_path, k_initramfs_settings, 0644));
}

bool ProvidedFiles::put(const Sandbox &sandbox, const std::string &path, std::string_view bytes,
                        mode_t mode) {
    const std::string resolved = resolve_in_guest(sandbox.guest, base::parent_path(path));
    const auto info = sandbox.guest.lstat(resolved);
    if (!info || info->type != FileInfo::Type::directory)
        return false;
    const base::UniqueFd parent =
        sandbox.files.open_parent(base::join(resolved, base::base_name(path)), "provide");
    ProvidedFile file(openat(parent.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
                      base::base_name(path));
    if (!file.put(bytes, mode))
        return false;
    files_.push_back(std::move(file));
    return true;
}

} // namespace retouch::guest
