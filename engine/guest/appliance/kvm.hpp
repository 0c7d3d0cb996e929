#pragma once
// Kvm: can an appliance be tried with hardware virtualisation here, and if not, why. Whether it
// then really works only a launch can tell.

#include "retouch/error.hpp"
#include "retouch/event.hpp"

#include <optional>
#include <string>

namespace retouch::guest {

struct KvmObstacle {
    std::string reason; ///< one sentence without a final full stop
    std::string remedy;
};

/// nullopt when nothing speaks against KVM.
[[nodiscard]] std::optional<KvmObstacle> kvm_obstacle();

/// The notice that something runs emulated.
[[nodiscard]] Event runs_emulated();

/// What `start` returns for true, with KVM, where nothing speaks against that and it works; else,
/// after `emulated()`, what it returns for false. Throws what `start` throws.
template<typename Start, typename Emulated>
auto with_kvm_if_it_works(const Start &start, const Emulated &emulated) {
    if (!kvm_obstacle()) {
        try {
            return start(true);
        } catch (const Error &error) {
            if (error.kind() == ErrorKind::interrupted)
                throw;
        }
    }
    emulated();
    return start(false);
}

} // namespace retouch::guest
