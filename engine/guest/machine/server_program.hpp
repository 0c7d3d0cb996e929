#pragma once
// The program that serves a guest from inside a machine of ours, as the build made it.

#include <string_view>

namespace retouch::guest {

[[nodiscard]] std::string_view server_program();

} // namespace retouch::guest
