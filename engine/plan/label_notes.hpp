#pragma once
// Label notes: what a plan says of the SELinux labels of what its steps make.

#include "retouch/guest.hpp"
#include "retouch/plan.hpp"

#include <string>
#include <vector>

namespace retouch::plan {

/// Sentences, escaped. `target` with what was foreseen of each step. Throws Error.
[[nodiscard]] std::vector<std::string> notes_on_labels(const Target &target,
                                                       const GuestView &guest);

} // namespace retouch::plan
