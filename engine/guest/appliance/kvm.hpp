#pragma once
// Kvm: can the appliance be tried with hardware virtualisation here, and if not, why. Whether it
// then really works only a launch can tell.

#include <optional>
#include <string>

namespace retouch::guest {

struct KvmObstacle {
    std::string reason; ///< one sentence without a final full stop
    std::string remedy;
};

/// nullopt when nothing speaks against KVM.
[[nodiscard]] std::optional<KvmObstacle> kvm_obstacle();

} // namespace retouch::guest
