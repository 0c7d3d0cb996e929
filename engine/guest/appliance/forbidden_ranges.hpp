#pragma once
// What commands in either appliance may not reach, though the way outwards is through this host.

#include <string>
#include <vector>

namespace retouch::guest {

/// This host's own addresses in IPv4, as range_of() reads them: an appliance has no other network.
/// Throws Error.
[[nodiscard]] std::vector<std::string> forbidden_ranges();

} // namespace retouch::guest
