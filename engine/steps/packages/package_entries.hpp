#pragma once
// Reading the section `packages`: each entry becomes a step whose options say all that is wanted.
// The image, and with it what its package manager can, is not known yet.

#include "retouch/step_kind.hpp"

namespace retouch::steps {

/// See StepKind::read.
[[nodiscard]] ReadResult read_packages(const Section &section, const ReadContext &context,
                                       Diagnostics &diagnostics);

/// See StepKind::section.
[[nodiscard]] Json package_section(const std::vector<Json> &options);

} // namespace retouch::steps
