#pragma once
// Token command: runs the program that signs in where retouch cannot, and reads the token it
// prints. Whether Keystone takes the token is for the session to find out.

#include "base/secret_filter.hpp"
#include "base/utc_time.hpp"
#include "catalog/glance/clouds.hpp"

#include <optional>

namespace retouch::catalog {

struct PrintedToken {
    base::Secret text;
    std::optional<base::UtcTime> ends_at; ///< as the program says; its clock is not ours
};

/// Runs the command of `cloud`, which has one, without a shell and with nothing to read: what it
/// prints is the token alone, or JSON as `openstack token issue -f json` prints it.
/// Throws Error: bad_config when it cannot be run or prints no token, not_authorised with its last
/// words, without `secrets`, when it fails, unavailable when it does not end.
[[nodiscard]] PrintedToken run_token_command(const CloudSettings &cloud,
                                             const base::SecretFilter &secrets);

} // namespace retouch::catalog
