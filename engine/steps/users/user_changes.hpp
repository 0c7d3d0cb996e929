#pragma once
// What an entry of `users` changes in a guest: its files of accounts, the home directory, the keys
// that may sign in, and the rule of sudo. It only looks.

#include "retouch/guest.hpp"
#include "steps/support/image_changes.hpp"

namespace retouch::steps {

/// `options` are those of a step. Throws Error.
[[nodiscard]] ImageChanges user_changes(const GuestView &guest, const Json &options);

} // namespace retouch::steps
