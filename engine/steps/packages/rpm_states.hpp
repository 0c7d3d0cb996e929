#pragma once
// What rpm says of packages: it is asked through the image's own rpm, in a command that cannot
// change the image, for its database has had four formats.

#include "steps/packages/package_manager.hpp"

#include <span>
#include <string>

namespace retouch::steps {

/// Without what is held. Throws Error, failed when rpm does not answer.
[[nodiscard]] PackageStates rpm_states(const GuestView &guest, std::span<const std::string> names);

/// "1.2", "1.2-3.el9", "1:1.2", "1.2*" of "1:1.2-3.el9".
[[nodiscard]] bool is_rpm_version(const std::string &installed, const std::string &wanted);

} // namespace retouch::steps
