#pragma once
// Services a guest starts at boot: what its administrator's links of systemd and OpenRC say.
// Vendors' own links below /usr are no choice and are not looked at.

#include "retouch/effect.hpp"
#include "retouch/guest.hpp"

#include <set>
#include <string>
#include <vector>

namespace retouch::guest {

/// True when a change of this path may enable, disable or mask a service.
[[nodiscard]] bool decides_services(const std::string &path);

/// Units with a link in a directory *.wants or *.requires of /etc/systemd/system that are not
/// masked, and services in OpenRC's runlevels. Throws Error.
[[nodiscard]] std::set<std::string> enabled_services(const GuestView &guest);

/// By unit.
[[nodiscard]] std::vector<ServiceChange> service_changes(const std::set<std::string> &before,
                                                         const std::set<std::string> &after);

} // namespace retouch::guest
