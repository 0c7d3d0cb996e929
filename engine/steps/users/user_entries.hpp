#pragma once
// Reading the section `users`: entries become steps whose options say all that is wanted, public
// keys of host files included. The image is not known yet.

#include "retouch/step_kind.hpp"

namespace retouch::steps {

/// See StepKind::read.
[[nodiscard]] ReadResult read_users(const Section &section, const ReadContext &context,
                                    Diagnostics &diagnostics);

} // namespace retouch::steps
