#pragma once
// The families of systems whose package managers are known. See PackageManager.

#include "steps/packages/package_manager.hpp"

namespace retouch::steps {

extern const PackageManager k_apt;
extern const PackageManager k_dnf;
extern const PackageManager k_zypper;
extern const PackageManager k_apk;

} // namespace retouch::steps
