#pragma once

// Where things are inside a machine of ours: what the initrd is made with, and its program counts
// on.

namespace retouch::guest {

inline constexpr const char *k_machine_guest = "/guest"; ///< the guest's root is mounted here

/// Modules in the order in which they are loaded: at the machine's start, when it gets its disk,
/// and when commands may have a network.
inline constexpr const char *k_machine_modules = "/modules";
inline constexpr const char *k_machine_disk_modules = "/disk-modules";
inline constexpr const char *k_machine_network_modules = "/network-modules";

inline constexpr const char *k_machine_disk = "/dev/vda";
inline constexpr const char *k_machine_port = "/dev/vport0p1";

} // namespace retouch::guest
