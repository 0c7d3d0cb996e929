#pragma once
// Shortage: the Error of a system call that needs something of which there is only so much:
// descriptors, processes, memory. It says what ran out and where its limit is set.

#include "retouch/error.hpp"

#include <string>
#include <string_view>

namespace retouch::base {

/// Unavailable: "cannot DOING: REASON", with errno `code`. `doing` is escaped already.
[[nodiscard]] Error shortage_error(std::string_view doing, int code);

/// True for an errno that means so whatever the call was.
[[nodiscard]] bool is_shortage(int code);

/// What to do about it; empty for other errnos.
[[nodiscard]] std::string shortage_hint(int code);

} // namespace retouch::base
