#pragma once
// Entries of the section `kernel`, read into steps: one for all words of the command line, so that
// its boot menu is made once, and one for each other verb.

#include "retouch/step_kind.hpp"

namespace retouch::steps {

[[nodiscard]] ReadResult read_kernel(const Section &section, const ReadContext &context,
                                     Diagnostics &diagnostics);

} // namespace retouch::steps
