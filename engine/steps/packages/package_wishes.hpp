#pragma once
// PackageWishes: what a step of `packages` wants of a guest as it is, worked out by looking alone,
// so that preview and execution judge by the same words.

#include "retouch/json.hpp"
#include "steps/packages/package_manager.hpp"

#include <string>
#include <vector>

namespace retouch::steps {

struct PackageWishes {
    std::string obstacle;             ///< why it cannot be; escaped; empty when it can
    PackageWork work;                 ///< what is not as wanted
    std::vector<std::string> reasons; ///< of that, for people; escaped

    [[nodiscard]] bool met() const { return work.packages.empty(); }
};

/// The packages that the step names for this family: of all systems, then of its own. `verb`:
/// "install", "remove", "update", "hold", "unhold".
[[nodiscard]] std::vector<Json> named_packages(const Json &options, std::string_view verb,
                                               const PackageManager &manager);

[[nodiscard]] std::vector<std::string> names_of(const std::vector<Json> &packages);

// Each throws Error.

[[nodiscard]] PackageWishes install_wishes(const Json &options, const PackageManager &manager,
                                           const GuestView &guest);
[[nodiscard]] PackageWishes removal_wishes(const Json &options, const PackageManager &manager,
                                           const GuestView &guest);

/// Never met: whether there are newer ones only the repositories know.
[[nodiscard]] PackageWishes update_wishes(const Json &options, const PackageManager &manager,
                                          const GuestView &guest);

} // namespace retouch::steps
