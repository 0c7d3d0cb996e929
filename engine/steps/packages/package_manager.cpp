#include "steps/packages/package_manager.hpp"

#include "steps/packages/families.hpp"

#include <array>
#include <utility>

namespace retouch::steps {

const PackageManager *package_manager_of(const Facts &facts) {
    constexpr std::array<std::pair<std::string_view, const PackageManager *>, 5> k_managers = {
        {{"apt", &k_apt},
         {"dnf", &k_dnf},
         {"yum", &k_dnf},
         {"zypper", &k_zypper},
         {"apk", &k_apk}}};
    for (const auto &[name, manager] : k_managers)
        if (facts.package_manager == name)
            return manager;
    return nullptr;
}

} // namespace retouch::steps
