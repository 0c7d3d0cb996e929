#pragma once
// Contradictions: edits of one file of which one undoes another, so that no state of the file
// satisfies both and each run would change it again.

#include "retouch/step.hpp"

#include <cstddef>
#include <vector>

namespace retouch::steps {

struct Contradiction {
    std::size_t undone = 0; ///< of the steps that were given
    std::size_t undoing = 0;
};

/// As far as the texts that the edits themselves bring show it: what a file holds beside them is
/// not known. Each step is undone once at most. Throws Error: interrupted.
[[nodiscard]] std::vector<Contradiction> contradictions(const std::vector<Step> &steps);

} // namespace retouch::steps
