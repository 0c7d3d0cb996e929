#pragma once
// What kinds say whose steps are entries of a list and run no code of the image.

#include "retouch/step_kind.hpp"

#include <vector>

namespace retouch::steps {

/// Neither the network nor code of the image.
[[nodiscard]] inline Needs needs_nothing(const Step & /*step*/) {
    return {};
}

/// The options of a step are its entry, as StepKind::section has it.
[[nodiscard]] inline Json entries_of(const std::vector<Json> &options) {
    return options;
}

} // namespace retouch::steps
