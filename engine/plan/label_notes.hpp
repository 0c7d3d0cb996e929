#pragma once
// Label notes: what a plan says of the SELinux labels of what its steps make.

#include "retouch/guest.hpp"
#include "retouch/plan.hpp"
#include "retouch/step_kind.hpp"

#include <string>
#include <vector>

namespace retouch::plan {

/// What the last step says that runs on this system and says anything of it.
[[nodiscard]] LabelScope label_scope(const std::vector<PlannedStep> &steps, const Facts &facts);

/// Sentences, escaped. `after` is the guest as steps that write something will have left it. Throws
/// Error.
[[nodiscard]] std::vector<std::string> notes_on_labels(const GuestView &guest,
                                                       const GuestView &after, LabelScope scope);

} // namespace retouch::plan
