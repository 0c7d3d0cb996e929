#pragma once
// Labelling: what was made in a guest gets the SELinux labels that the image's own policy has for
// it. The policy is read and not run: nothing of the image is executed.

#include "retouch/guest.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace retouch::guest {

struct Labelling {
    std::size_t labelled = 0; ///< entries that got a label
    /// What a reader should know of what could not be labelled; escaped and bounded.
    std::vector<std::string> notes = {};

    bool operator==(const Labelling &) const = default;
};

/// Labels what was made since the guest was opened, in an image whose files bear labels; where
/// they bear none, does nothing. What has a label keeps it. Throws Error when the guest cannot be
/// looked at.
[[nodiscard]] Labelling label_new_entries(Guest &guest);

/// Labels everything whose label has another type than the policy wants, whoever made it; types
/// that somebody gave on purpose (customizable_types) stay. SELinux need not be switched on. Throws
/// Error as above.
[[nodiscard]] Labelling label_everything(Guest &guest);

} // namespace retouch::guest
