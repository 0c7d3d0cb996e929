#pragma once
// GuestMounts: the guest's mounts as a command meets them: a copy of all of them whose owners are
// those of the command's user namespace, put over everything else. Part of the runner.

#include "guest/appliance/job.hpp"

#include <string>
#include <vector>

namespace retouch::guest {

/// Where libguestfs mounts the guest in the appliance.
inline constexpr const char *k_guest_root = "/sysroot";

/// One of the guest's filesystems, mounted as the library asked for it.
struct GuestPoint {
    std::string path; ///< in the appliance
    std::string type;
    std::string device;
};

/// In the order they were mounted in.
[[nodiscard]] std::vector<GuestPoint> guest_points();

class GuestMounts {
  public:
    /// Takes the copy and puts it at the very root of this process's mount namespace, which must be
    /// its own; the working directory becomes its root. Returns lines for the report when that
    /// fails, else nothing.
    [[nodiscard]] std::string put(const Job &job, int user_namespace);

    /// From this namespace. Requires: no other process uses it.
    void take_away();

  private:
    int copy_ = -1;
};

/// Makes the root of the mount namespace that of this process. False with errno.
[[nodiscard]] bool enter_top();

/// Makes the topmost mount of the mount namespace, which is the guest, the root of this process.
/// Above it there is nothing to go to, whatever a process may do that may chroot. False with errno.
[[nodiscard]] bool enter_guest();

} // namespace retouch::guest
