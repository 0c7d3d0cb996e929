#pragma once
// Launching the appliance on an exported disk. It finds out by itself whether KVM works.

#include "guest/appliance/handle.hpp"
#include "retouch/event.hpp"

#include <filesystem>
#include <memory>

namespace retouch::guest {

struct LaunchOptions {
    std::filesystem::path socket; ///< of the disk's NBD export, called "disk"
    bool read_only = true;
    bool network = false;
    std::filesystem::path directory; ///< for temporary files
    std::filesystem::path monitor;   ///< the socket that qemu shall listen at, for QemuMonitor
};

/// What QemuMonitor knows the disk as.
inline constexpr const char *k_disk_drive = "hd0";

/// Blocks for seconds. Emits one notice when the appliance runs emulated.
/// Throws Error: unavailable when it cannot be started.
[[nodiscard]] std::unique_ptr<Handle> launch_appliance(const LaunchOptions &options,
                                                       EventSink &events);

} // namespace retouch::guest
