#pragma once
// Resolving a path inside a guest by looking at it, for things that may not exist yet. Never
// touches the host.

#include "retouch/guest.hpp"

#include <functional>
#include <optional>
#include <string>

namespace retouch::guest {

/// `path` with every symbolic link on it replaced, the last one too; components that do not exist
/// stay as they are. Normal and absolute. Throws Error: failed when links go in circles.
[[nodiscard]] std::string resolve_in_guest(const GuestView &guest, const std::string &path);

/// The target of the link at a path whose directory is without links; nullopt where no link is.
using LinkAt = std::function<std::optional<std::string>(const std::string &path)>;

/// The same with links as `link_at` tells them.
[[nodiscard]] std::string resolve_links(const std::string &path, const LinkAt &link_at);

} // namespace retouch::guest
