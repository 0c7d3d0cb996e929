#pragma once
// MachineKind: which machine of our own can be had on this host: its qemu and kernel, how much
// memory, with or without KVM. Starting one is not its business.

#include "guest/machine/kernel.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace retouch::guest {

struct MachineKind {
    std::filesystem::path qemu;
    Kernel kernel;
    std::vector<std::filesystem::path> programs; ///< of this host, that shall be in it
    std::uint64_t memory_mebibytes = 0;
    unsigned processors = 1;
    bool kvm = false;
};

/// The best one. Throws Error, unavailable, with what to install, when there is none.
[[nodiscard]] MachineKind machine_kind(bool kvm);

} // namespace retouch::guest
