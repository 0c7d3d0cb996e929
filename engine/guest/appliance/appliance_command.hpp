#pragma once
// One guest command inside the appliance, through the runner: namespaces of its own, the guest's
// root as /, nothing of it alive when it returns.

#include "guest/appliance/handle.hpp"
#include "guest/appliance/watchdog.hpp"
#include "retouch/guest.hpp"

namespace retouch::guest {

struct ApplianceSandbox {
    const Handle &handle;
    Watchdog &watchdog;
    const GuestView &guest;
    const CommandLimits &limits;
    bool writable = false; ///< else every filesystem of the guest is read-only for it
};

/// Requires: check_command() has passed and the runner is there. Throws Error when it could not be
/// started or the appliance had to be ended.
[[nodiscard]] CommandResult run_in_appliance(const ApplianceSandbox &sandbox,
                                             const GuestCommand &command);

} // namespace retouch::guest
