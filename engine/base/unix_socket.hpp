#pragma once
// Connecting to a socket of this machine that has a path.

#include "base/file.hpp"

#include <filesystem>

namespace retouch::base {

/// Connected to what listens at `path`, for a socket of `type` (SOCK_STREAM, SOCK_SEQPACKET);
/// nothing when nobody does, with errno, as for every other reason.
[[nodiscard]] UniqueFd connected_if_served(const std::filesystem::path &path, int type);

} // namespace retouch::base
