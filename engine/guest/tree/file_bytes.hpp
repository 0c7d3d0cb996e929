#pragma once
// Reading a file of a walked tree by its path: without following links, and without waiting for
// anything but the disk. Shared with the runner in the appliance.

#include "guest/tree/tree.hpp"

namespace retouch::guest {

/// The bytes of a regular file that has `size` of them. nullopt: see errno.
[[nodiscard]] std::optional<std::string> read_bytes(int root, const std::string &path,
                                                    std::uint64_t size);

/// As digest_file() has it, of a regular file. nullopt: see errno.
[[nodiscard]] std::optional<std::string> digest_bytes(int root, const std::string &path,
                                                      const TreeTools &tools);

} // namespace retouch::guest
