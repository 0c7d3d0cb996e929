#pragma once
// Unchangeable places: what of the entries that a step makes, replaces or removes nobody can,
// because they or the directories they are in are immutable or append-only. It only looks.

#include "retouch/guest.hpp"

#include <string>
#include <vector>

namespace retouch::steps {

/// Why `paths` cannot be made, replaced or removed; empty when they can. Escaped. One question to
/// the guest about all of them. Throws Error.
[[nodiscard]] std::string unchangeable_obstacle(const GuestView &guest,
                                                const std::vector<std::string> &paths);

} // namespace retouch::steps
