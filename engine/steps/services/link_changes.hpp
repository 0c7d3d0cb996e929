#pragma once
// How changes of links that start services are told.

#include "steps/support/image_changes.hpp"

#include <string>

namespace retouch::steps {

/// "link multi-user.target.wants/ssh.service, sshd.service", what is below the usual place without
/// it; then the reasons.
[[nodiscard]] std::string links_told(const ImageChanges &changes);

} // namespace retouch::steps
