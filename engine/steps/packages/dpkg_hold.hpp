#pragma once
// Holds of dpkg, which are words in its database.

#include <string>
#include <string_view>

namespace retouch::steps {

/// The text of /var/lib/dpkg/status with the package on hold, or not any more, as `dpkg
/// --set-selections` would write it: only for what is installed.
[[nodiscard]] std::string with_hold(std::string_view status, const std::string &name, bool hold);

} // namespace retouch::steps
