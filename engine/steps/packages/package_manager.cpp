#include "steps/packages/package_manager.hpp"

#include "steps/packages/families.hpp"
#include "steps/support/system_family.hpp"

namespace retouch::steps {

const PackageManager *package_manager_of(const Facts &facts) {
    switch (system_family(facts)) {
    case SystemFamily::debian:
        return &k_apt;
    case SystemFamily::rhel:
        return &k_dnf;
    case SystemFamily::suse:
        return &k_zypper;
    case SystemFamily::alpine:
        return &k_apk;
    case SystemFamily::windows:
    case SystemFamily::other:
        break;
    }
    return nullptr;
}

} // namespace retouch::steps
