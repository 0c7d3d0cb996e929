#pragma once
// Reading the section `lines`: what becomes a step, and which edits are refused because they would
// not leave alone what they or another one did.

#include "retouch/step_kind.hpp"

namespace retouch::steps {

[[nodiscard]] ReadResult read_lines(const Section &section, const ReadContext &context,
                                    Diagnostics &diagnostics);

} // namespace retouch::steps
