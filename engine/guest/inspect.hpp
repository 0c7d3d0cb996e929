#pragma once
// Inspection of a mounted Linux root from its files alone: what it is and what runs on it. It does
// not look for filesystems and mounts nothing; both guest back ends share it.

#include "retouch/facts.hpp"

#include <functional>
#include <optional>
#include <string>

namespace retouch::guest {

/// How inspection looks at a mounted root. Paths are absolute in the guest.
struct RootFiles {
    /// The first `bytes` bytes of a regular file, links followed inside the root; nullopt when
    /// there is no such file.
    std::function<std::optional<std::string>(const std::string &path, std::size_t bytes)> head;
    /// True when the entry exists, a final link not followed.
    std::function<bool(const std::string &path)> exists;
};

/// True when the files show a Linux root (its /usr may be on another filesystem).
[[nodiscard]] bool looks_like_root(const RootFiles &files);

/// Type, distro, version, product, architecture and package manager. Devices are the caller's.
[[nodiscard]] Facts linux_facts(const RootFiles &files);

} // namespace retouch::guest
