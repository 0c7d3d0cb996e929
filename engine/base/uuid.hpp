#pragma once
// UUIDs: random (version 4) ids for images and runs.

#include <string>
#include <string_view>

namespace retouch::base {

/// Lower-case, 36 characters, from the system's random source. Throws Error when that fails.
[[nodiscard]] std::string random_uuid();

/// Lower-case canonical form only.
[[nodiscard]] bool is_uuid(std::string_view text);

} // namespace retouch::base
