#pragma once
// The home directory of an account, made as useradd makes it. It only looks.

#include "steps/support/account_files.hpp"

namespace retouch::steps {

/// An account, as far as what belongs to it needs to know.
struct AccountOwner {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::string home;
};

/// Adds the directory with copies of what is in /etc/skel. Requires: owner.home is normal,
/// absolute, and nothing is there. Throws Error.
void make_home(const GuestView &guest, const AccountFiles &files, const AccountOwner &owner,
               ImageChanges &changes);

} // namespace retouch::steps
