#pragma once
// Machine identity: files by which one machine differs from all others, and which every machine
// made from an image would share if the image had them. Which are there is told; whether that is
// meant is for others to know.

#include "retouch/guest.hpp"

#include <set>
#include <string>
#include <vector>

namespace retouch::guest {

/// Those that hold something: machine id, host keys of SSH, random seeds, keys and leases of the
/// network's services. Paths, untrusted. Throws Error.
[[nodiscard]] std::set<std::string> identity_files(const GuestView &guest);

/// Names of `cleanup` that take such files away, each once; empty where there is none.
[[nodiscard]] std::vector<std::string> cleanup_of_identity(const std::vector<std::string> &paths);

} // namespace retouch::guest
