#pragma once
// What a command finds around itself: /proc, /sys, /dev, /run, a host name, a loopback interface.
// Made inside the namespaces of the command, so it ends with them. Part of the runner.

#include "guest/appliance/job.hpp"

#include <string>

namespace retouch {

/// Where libguestfs mounts the guest in the appliance.
inline constexpr const char *k_guest_root = "/sysroot";

/// Empty when all is there, else what could not be done.
[[nodiscard]] std::string make_surroundings(const Job &job);

} // namespace retouch
