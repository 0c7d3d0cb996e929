#pragma once
// A new account: its lines in the files of accounts, as useradd writes them. It only looks.

#include "steps/support/account_files.hpp"

namespace retouch::steps {

/// Adds the account that `options` of a step ask for to `files`, but for its line in /etc/passwd,
/// which is given back; empty after an obstacle. Throws Error.
[[nodiscard]] AccountFields new_account(const GuestView &guest, const Json &options,
                                        AccountFiles &files, ImageChanges &changes);

} // namespace retouch::steps
