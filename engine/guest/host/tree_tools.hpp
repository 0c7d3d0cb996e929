#pragma once
// What looking at a whole tree needs from this host, and its failures as Errors.

#include "guest/tree/tree.hpp"
#include "retouch/error.hpp"

namespace retouch::guest {

/// Their `pause` throws Error when an interruption is due.
[[nodiscard]] TreeTools host_tree_tools();

/// Throws Error when `failure` is one.
void check_look(const LookFailure &failure);

} // namespace retouch::guest
