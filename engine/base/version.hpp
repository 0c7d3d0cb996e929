#pragma once

// The program's own version, as it appears in plans, properties and --version.

namespace retouch::base {

inline constexpr const char *k_version = "0.1.0";
inline constexpr const char *k_tool = "retouch 0.1.0";

} // namespace retouch::base
