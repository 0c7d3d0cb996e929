#pragma once
// Labelling: what was made in a guest gets the SELinux labels that the image's own policy has for
// it. The policy is read and not run: nothing of the image is executed.

#include "retouch/guest.hpp"

#include <string>
#include <vector>

namespace retouch {

/// Labels what was made since the guest was opened, in an image whose files bear labels; where
/// they bear none, does nothing. What has a label keeps it. Returns what a reader should know of
/// what could not be labelled, escaped and bounded. Throws Error when the guest cannot be looked
/// at.
[[nodiscard]] std::vector<std::string> label_new_entries(Guest &guest);

} // namespace retouch
