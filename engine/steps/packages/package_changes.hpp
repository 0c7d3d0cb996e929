#pragma once
// What steps of `packages` change: holds, which are files, and the packages themselves, told.

#include "guest/effects/packages.hpp"
#include "steps/packages/package_manager.hpp"

#include <string>
#include <vector>

namespace retouch::steps {

struct HoldChanges {
    ImageChanges changes;
    std::vector<std::string> names; ///< of which; escaped, with their versions
};

/// Throws Error. With an obstacle for what is to be held, is not installed, and is none of
/// `brought`, which steps before will have installed.
[[nodiscard]] HoldChanges hold_changes(const std::vector<std::string> &names, bool hold,
                                       const std::vector<std::string> &brought,
                                       const PackageManager &manager, const GuestView &guest);

/// Those that are installed. Throws Error.
[[nodiscard]] guest::Packages packages_of(const GuestView &guest);

/// "3 packages: a 1.0 -> 1.1, b 2.0 new, c gone"; escaped.
[[nodiscard]] std::string told(const std::vector<PackageChange> &changes);

} // namespace retouch::steps
