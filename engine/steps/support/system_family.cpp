#include "steps/support/system_family.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace retouch::steps {

SystemFamily system_family(const Facts &facts) {
    constexpr std::array<std::pair<std::string_view, SystemFamily>, 5> managers = {
        {{"apt", SystemFamily::debian},
         {"dnf", SystemFamily::rhel},
         {"yum", SystemFamily::rhel},
         {"zypper", SystemFamily::suse},
         {"apk", SystemFamily::alpine}}};
    if (facts.type != "linux")
        return SystemFamily::windows;
    for (const auto &[manager, family] : managers)
        if (facts.package_manager == manager)
            return family;
    return SystemFamily::other;
}

} // namespace retouch::steps
