#pragma once
// Putting aside: how an image loses the name to the one that follows it, and how a journal notes
// what is to be put aside, so that another run can finish it. When, is hand_over's to say.

#include "retouch/catalog.hpp"
#include "retouch/json.hpp"
#include "retouch/plan.hpp"

#include <string>
#include <vector>

namespace retouch::apply {

/// Those that are to lose the name. Whoever renamed or removed one meanwhile has put it aside
/// already. Throws Error.
[[nodiscard]] std::vector<Superseded> to_put_aside(const std::vector<Superseded> &superseded,
                                                   const Catalog &catalog);

[[nodiscard]] ImageChange put_aside(const Superseded &superseded);

[[nodiscard]] std::vector<ImageChange> put_aside(const std::vector<Superseded> &superseded);

/// As a journal notes it.
[[nodiscard]] Json noted(const std::vector<Superseded> &superseded);

/// What a journal notes; what is no such note is left out, for anybody may have written it.
[[nodiscard]] std::vector<Superseded> read_noted(const Json &entry);

} // namespace retouch::apply
