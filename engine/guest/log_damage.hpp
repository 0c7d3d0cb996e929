#pragma once
// Log damage: whether it is its journal for which a filesystem cannot be mounted. The kernel's
// error does not tell; a length in a damaged log may look like a lack of memory.

#include <filesystem>
#include <string>

namespace retouch {

/// True when the device can be mounted for reading without a look at its journal, and not with one.
/// `flags` as of mount(2). Requires: nothing is mounted on `target` from it.
[[nodiscard]] bool is_log_damaged(const std::filesystem::path &device,
                                  const std::filesystem::path &target, const std::string &type,
                                  unsigned long flags);

} // namespace retouch
