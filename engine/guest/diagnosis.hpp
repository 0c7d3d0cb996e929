#pragma once
// Diagnosis: what each way into a guest needs of this host, looked at without opening any image or
// launching anything that takes longer than a moment.

#include "retouch/finding.hpp"

#include <vector>

namespace retouch::guest {

/// What libguestfs' appliance needs. `used`: this guest is the one that is configured; else what
/// does not work is a warning only.
[[nodiscard]] std::vector<Finding> appliance_findings(bool used);

/// Makes what opening the first image would make: a machine to go on from. Takes seconds. Throws
/// Error.
void warm_up();

/// What mounting on this host needs; `used` as above.
[[nodiscard]] std::vector<Finding> host_guest_findings(bool used);

} // namespace retouch::guest
