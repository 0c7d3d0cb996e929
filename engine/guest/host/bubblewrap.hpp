#pragma once
// One guest command on this host under bubblewrap: namespaces of its own, the guest's root as /,
// nothing of it alive when it returns.

#include "guest/host/rooted.hpp"
#include "guest/volume.hpp"
#include "retouch/guest.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace retouch::guest {

/// A device with a filesystem of the guest, which programs that install boot loaders look at.
struct SandboxDisk {
    std::filesystem::path device; ///< of this host, as the guest's mounts name it
    const Volume *volume;
};

struct Sandbox {
    const GuestView &guest;
    const Rooted &files;
    std::filesystem::path root; ///< where the guest's root is mounted
    bool writable = false;      ///< else every filesystem of the guest is read-only for it
    CommandLimits limits = {};
    std::vector<SandboxDisk> disks = {};
    /// Ranges, a line for each, that commands with a network may not reach, in the network of the
    /// machine this runs in; nothing: each gets a network of its own.
    std::optional<std::string> joined_network = {};
    int server = -1; ///< readable once what serves the guest's disk has ended; -1: nothing does
};

/// Requires: check_command() has passed. Throws Error when it could not be started.
[[nodiscard]] CommandResult run_in_sandbox(const Sandbox &sandbox, const GuestCommand &command);

/// Throws Error: unavailable when this kernel, or a filesystem of the guest, cannot do what keeps
/// commands apart from the host. Nothing of it is optional.
void require_sandbox(const Sandbox &sandbox);

/// The same without a guest: whatever does not depend on its filesystems. Throws Error.
void require_sandbox_here();

/// The same for what gives a sandbox its network: it is made, and taken away again. Throws Error.
void require_network_here();

} // namespace retouch::guest
