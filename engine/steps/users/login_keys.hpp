#pragma once
// Keys with which an account may sign in: ~/.ssh/authorized_keys. It only looks.

#include "steps/users/home_directory.hpp"

#include <string>
#include <vector>

namespace retouch::steps {

/// Adds what is to be changed, so that `keys` are in the file, and with `exclusive` nothing else.
/// `changes` may make the home directory. Throws Error.
void want_keys(const GuestView &guest, const std::vector<std::string> &keys, bool exclusive,
               const AccountOwner &owner, ImageChanges &changes);

} // namespace retouch::steps
