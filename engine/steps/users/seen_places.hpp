#pragma once
// Whether a booted machine sees what is put into an account's places: /home may be mounted over.

#include "steps/support/image_changes.hpp"

namespace retouch::steps {

/// Adds an obstacle when something would be put where another filesystem is mounted at boot. Throws
/// Error.
void require_seen(const GuestView &guest, ImageChanges &changes);

} // namespace retouch::steps
