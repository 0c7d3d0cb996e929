#pragma once
// What each verb of `services` changes in a guest with systemd. It only looks.

#include "steps/support/image_changes.hpp"

#include <string>

namespace retouch::steps {

// Names are as a recipe has them: a service where no other type of unit is named. Throw Error.

[[nodiscard]] ImageChanges enable_unit(const GuestView &guest, const std::string &name);
[[nodiscard]] ImageChanges disable_unit(const GuestView &guest, const std::string &name);
[[nodiscard]] ImageChanges mask_unit(const GuestView &guest, const std::string &name);
[[nodiscard]] ImageChanges unmask_unit(const GuestView &guest, const std::string &name);
[[nodiscard]] ImageChanges make_default_target(const GuestView &guest, const std::string &name);

} // namespace retouch::steps
