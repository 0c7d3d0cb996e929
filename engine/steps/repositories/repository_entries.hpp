#pragma once
// Reading the section `repositories`: each entry becomes a step whose options hold the key itself,
// which is public and short, so that a plan needs neither the file nor a bundle.

#include "retouch/step_kind.hpp"

namespace retouch::steps {

/// See StepKind::read.
[[nodiscard]] ReadResult read_repositories(const Section &section, const ReadContext &context,
                                           Diagnostics &diagnostics);

} // namespace retouch::steps
