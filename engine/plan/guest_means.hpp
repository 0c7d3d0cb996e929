#pragma once
// What the steps of a target need of this host, asked before its image is copied or opened.

#include "retouch/guest.hpp"
#include "retouch/plan.hpp"

namespace retouch::plan {

/// True when a step wants a network.
[[nodiscard]] bool needs_network(const Target &target);

/// Whether its image is opened to be built, and whether that writes: what has neither steps nor
/// anything to be known or given back is a copy.
[[nodiscard]] bool is_opened(const Target &target);
[[nodiscard]] bool is_written(const Target &target);

/// Throws Error: not_authorised, unavailable when a guest of that kind cannot be opened here, or
/// not with what the steps of `target` want. Nothing is needed where no guest will be opened.
void require_means(const Target &target, GuestKind guest);

} // namespace retouch::plan
