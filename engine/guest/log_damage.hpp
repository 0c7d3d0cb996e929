#pragma once
// Log damage: whether it is its journal for which a filesystem cannot be mounted. The kernel's
// error does not tell; a length in a damaged log may look like a lack of memory.

#include <functional>
#include <string>
#include <string_view>

namespace retouch::guest {

/// True when a filesystem of `type` can be mounted for reading without a look at its journal, and
/// not with one. `can_look` mounts it for reading with the options it is given, unmounts it again,
/// and says whether that went.
[[nodiscard]] bool is_log_damaged(std::string_view type,
                                  const std::function<bool(const std::string &options)> &can_look);

} // namespace retouch::guest
