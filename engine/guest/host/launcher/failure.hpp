#pragma once
// How the launcher ends when the kernel refuses something: one sentence on standard error.

#include <string_view>

namespace retouch::guest {

/// "cannot DOING: REASON", REASON being that of errno unless it is given. It does not return.
[[noreturn]] void fail(std::string_view doing, std::string_view reason = {});

} // namespace retouch::guest
