#pragma once
// LaunchGuard: ends what libguestfs starts while it builds and boots the appliance, when an
// interruption is due. Until the appliance is there, libguestfs tells nobody its number.

#include "base/interruption_watch.hpp"

#include <sys/types.h>
#include <vector>

namespace retouch::guest {

class LaunchGuard {
  public:
    /// Children of this process that are there already are left alone. Throws Error.
    LaunchGuard();

  private:
    void end_new_children(const base::InterruptionWatch &watch) const;

    std::vector<pid_t> before_;
    base::InterruptionWatch watch_; ///< ends first
};

} // namespace retouch::guest
