#pragma once
// What the host guest needs of this host whatever the image.

#include <string>

namespace retouch::guest {

/// Root, bubblewrap and, for `network`, slirp4netns. Throws Error: not_authorised, unavailable.
void require_host_means(bool network);

void require_root();

/// Throws Error: unavailable when commands cannot have a network here.
void require_network_means();

/// The path of bubblewrap. Throws Error: unavailable.
[[nodiscard]] std::string bubblewrap_path();

/// The path of slirp4netns, which gives commands a network. Throws Error: unavailable.
[[nodiscard]] std::string slirp_path();

} // namespace retouch::guest
