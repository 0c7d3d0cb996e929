#pragma once
// The runner's program file, compiled in, to be handed to the appliance.

#include <string_view>

namespace retouch::guest {

[[nodiscard]] std::string_view runner_image();

} // namespace retouch::guest
