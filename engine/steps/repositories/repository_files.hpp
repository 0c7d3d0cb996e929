#pragma once
// Files by which an image knows a repository: what they have to say, family by family.

#include "retouch/json.hpp"
#include "steps/support/image_changes.hpp"

namespace retouch::steps {

/// What has to change so that the image has the repository of these options, or has it no more.
/// Throws Error.
[[nodiscard]] ImageChanges repository_changes(const Json &options, const GuestView &guest);

} // namespace retouch::steps
