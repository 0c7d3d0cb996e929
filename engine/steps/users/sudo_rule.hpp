#pragma once
// The right of a user to become root: a file of its own for sudo, or for doas where that is what
// the image has. It only looks.

#include "steps/support/image_changes.hpp"

#include <string>
#include <vector>

namespace retouch::steps {

/// `how` is nopasswd or password. Throws Error.
void want_sudo_rule(const GuestView &guest, const std::string &name, const std::string &how,
                    ImageChanges &changes);

/// Where a rule of that user may be.
[[nodiscard]] std::vector<std::string> places_of_sudo_rule(const std::string &name);

} // namespace retouch::steps
