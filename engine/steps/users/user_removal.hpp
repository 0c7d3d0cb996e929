#pragma once
// Taking an account out of a guest, as userdel does. It only looks.

#include "steps/support/image_changes.hpp"

#include <string>

namespace retouch::steps {

/// Throws Error.
[[nodiscard]] ImageChanges user_removal(const GuestView &guest, const std::string &name,
                                        bool with_home);

} // namespace retouch::steps
