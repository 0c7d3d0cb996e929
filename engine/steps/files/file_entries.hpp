#pragma once
// Reading the section `files`: entries become steps whose options are FileSets or removals. Host
// files are listed and digested here; the image is not known yet.

#include "retouch/step_kind.hpp"

namespace retouch::steps {

/// See StepKind::read.
[[nodiscard]] ReadResult read_files(const Section &section, const ReadContext &context,
                                    Diagnostics &diagnostics);

} // namespace retouch::steps
