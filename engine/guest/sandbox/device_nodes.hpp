#pragma once
// What stands in /dev of a guest's command, on the host and in the appliance: nodes that give
// nobody anything, and the usual links. Making them is for each sandbox.

#include <array>

namespace retouch::guest {

/// A character device.
struct DeviceNode {
    const char *name;
    unsigned major, minor;
};

inline constexpr std::array k_device_nodes = {
    DeviceNode{"null", 1, 3},   DeviceNode{"zero", 1, 5},    DeviceNode{"full", 1, 7},
    DeviceNode{"random", 1, 8}, DeviceNode{"urandom", 1, 9}, DeviceNode{"tty", 5, 0},
};

struct DeviceLink {
    const char *name;
    const char *target;
};

inline constexpr std::array k_device_links = {
    DeviceLink{"fd", "/proc/self/fd"},       DeviceLink{"stdin", "/proc/self/fd/0"},
    DeviceLink{"stdout", "/proc/self/fd/1"}, DeviceLink{"stderr", "/proc/self/fd/2"},
    DeviceLink{"ptmx", "pts/ptmx"},
};

} // namespace retouch::guest
