#pragma once
// The user namespace of one command: its ids, its becoming root there, and that there is none
// below.

#include <cstdint>

namespace retouch::guest {

/// A new user namespace with the map of guest/sandbox/ids.hpp, as a descriptor. All its users
/// together may have `processes` processes. Fails as fail() does.
[[nodiscard]] int make_user_namespace(std::uint64_t processes);

/// Makes this process root of it, with no way back and none further down.
void enter_user_namespace(int user_namespace);

} // namespace retouch::guest
