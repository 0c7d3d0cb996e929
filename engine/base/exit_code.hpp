#pragma once
// Exit codes: which number the program ends with for each kind of error (docs/cli.md).

#include "retouch/error.hpp"

namespace retouch::base {

/// 1 to 78 by kind; interrupted: 128 + the pending signal, 130 when none is known.
[[nodiscard]] int exit_code(ErrorKind kind);

} // namespace retouch::base
