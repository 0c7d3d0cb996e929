#pragma once

// Unchangeable entries: those that chattr(1) has made immutable or append-only, which keeps
// everybody from replacing and removing them. Shared with the runner in the appliance.

namespace retouch::guest {

/// The entry `name` in `directory`, a link not followed. False when there is none, or its
/// filesystem does not tell.
[[nodiscard]] bool is_unchangeable(int directory, const char *name);

} // namespace retouch::guest
