#pragma once
// Opening by a path below a directory, however long the path is. Shared with the runner in the
// appliance.

#include <string_view>

namespace retouch::guest {

/// `path` is relative to `root`; no link on it is followed, and it leads to nothing outside.
/// -1 with errno when it cannot be opened. O_CLOEXEC is added to `flags`.
[[nodiscard]] int open_below(int root, std::string_view path, int flags);

} // namespace retouch::guest
