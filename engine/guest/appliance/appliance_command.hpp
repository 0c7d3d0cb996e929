#pragma once
// One guest command inside the appliance: namespaces of its own, the guest's root as /, nothing of
// it alive when it returns. libguestfs' own way of running commands has neither exit status nor
// time limit.

#include "guest/appliance/handle.hpp"
#include "guest/appliance/watchdog.hpp"
#include "retouch/guest.hpp"

namespace retouch {

struct ApplianceSandbox {
    const Facts &facts;
    bool writable = false; ///< else every filesystem of the guest is read-only for it
};

/// Requires: check_command() has passed. Throws Error when it could not be started or the appliance
/// had to be ended.
[[nodiscard]] CommandResult run_in_appliance(const Handle &handle, Watchdog &watchdog,
                                             const ApplianceSandbox &sandbox,
                                             const GuestCommand &command);

} // namespace retouch
