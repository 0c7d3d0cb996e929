#pragma once
// What the host guest needs of this host whatever the image.

#include "base/file.hpp"

#include <string>

namespace retouch::guest {

/// Root, bubblewrap and, for `network`, slirp4netns. Throws Error: not_authorised, unavailable.
void require_host_means(bool network);

void require_root();

/// Throws Error: unavailable when commands cannot have a network here.
void require_network_means();

/// The path of bubblewrap. Throws Error: unavailable.
[[nodiscard]] std::string bubblewrap_path();

/// Its program, as a file in memory that can be executed and not read: always the same. What
/// executes such a file cannot be looked into by those who could not read it: its memory, its
/// descriptors; nor is it a file of the host. Throws Error: unavailable.
[[nodiscard]] base::UniqueFd bubblewrap_program();

/// The path of slirp4netns, which gives commands a network. Throws Error: unavailable.
[[nodiscard]] std::string slirp_path();

} // namespace retouch::guest
