#pragma once
// The launcher's program file, compiled in.

#include "base/file.hpp"

namespace retouch::guest {

/// A file in memory that can be executed through /proc/self/fd: always the same. Throws Error.
[[nodiscard]] base::UniqueFd launcher_program();

} // namespace retouch::guest
