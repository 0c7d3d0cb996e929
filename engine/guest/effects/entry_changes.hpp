#pragma once
// What was seen, as the model says it: checked, with differences of texts as unified diffs.

#include "guest/tree/tree.hpp"
#include "retouch/effect.hpp"

#include <optional>
#include <vector>

namespace retouch::guest {

/// By path. Requires: is_sound().
[[nodiscard]] std::vector<EntryChange> entry_changes(std::vector<SeenChange> seen);

/// True when `seen` can have been seen: paths are normal and in tree order, none twice, and texts
/// belong to files. For what another machine says it saw.
[[nodiscard]] bool is_sound(const std::vector<SeenChange> &seen);

} // namespace retouch::guest
