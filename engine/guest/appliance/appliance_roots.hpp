#pragma once
// Which systems are on a disk that is opened in the appliance: every volume and subvolume that may
// be a root is mounted for looking and unmounted again. What is made of the answer is the guest's.

#include "guest/appliance/handle.hpp"
#include "guest/fstab_mounts.hpp"
#include "guest/inspect.hpp"
#include "guest/volume.hpp"

#include <functional>
#include <string>
#include <vector>

namespace retouch::guest {

/// A Linux root.
struct RootPlace {
    const Volume *volume = nullptr;
    MountAs as;

    /// "/dev/sda2", "/dev/sda2 (subvol=/@)"
    [[nodiscard]] std::string name() const;
};

struct Looking {
    const Handle &handle;
    /// On "/", read-only. Throws Error whose message is the reason alone.
    std::function<void(const Volume &volume, const MountAs &as)> mount;
    RootFiles files; ///< of what is mounted
};

/// Requires: nothing is mounted; so it is afterwards. A snapshot of a root is no system. Throws
/// Error: refused when there is none and a volume that may hold it cannot be mounted.
[[nodiscard]] std::vector<RootPlace> find_roots(const Looking &looking,
                                                const std::vector<Volume> &volumes);

/// Whether a volume of Windows' own filesystem holds one. Requires and leaves as above.
[[nodiscard]] bool holds_windows(const Handle &handle, const Volume &volume);

} // namespace retouch::guest
