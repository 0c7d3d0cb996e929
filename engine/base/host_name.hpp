#pragma once
// Host name: what others can find this machine by, in locks and marks.

#include <string>

namespace retouch::base {

/// "unknown" when the system does not tell.
[[nodiscard]] std::string host_name();

} // namespace retouch::base
