#pragma once
// Root search: looking at the volumes of an image, one after the other, for the root of a system.

#include "guest/volume.hpp"
#include "retouch/error.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace retouch::guest {

/// Calls `look` with every volume that `may_hold` a root. A volume that cannot be opened because
/// of what is in it stops nothing, unless `works` says that the way in has broken: the Error of the
/// last such volume is returned, for who finds no root. Throws every other Error of `look`.
[[nodiscard]] std::optional<Error>
look_for_roots(const std::vector<Volume> &volumes,
               const std::function<bool(const Volume &)> &may_hold,
               const std::function<void(const Volume &)> &look, const std::function<bool()> &works);

} // namespace retouch::guest
