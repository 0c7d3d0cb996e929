#pragma once
// What memory this host could give a machine without swapping.

#include <cstdint>

namespace retouch::guest {

/// In MiB, as the kernel estimates it; 0 when it does not.
[[nodiscard]] std::uint64_t available_memory_mebibytes();

} // namespace retouch::guest
