#pragma once
// Extended attributes of one entry as a text: labels, ACLs and capabilities are among them. Shared
// with the runner in the appliance.

#include "guest/tree/tree.hpp"

namespace retouch::guest {

/// As EntryState::attributes; in names, control characters, "=", "%" and bytes beyond ASCII are
/// %HH. `name` is an entry of the working directory; a link is not followed. What the kernel has
/// and does not hand out is told as unreadable, whatever its reason, so that all kernels tell the
/// same. False with errno when the disk or the machine is at fault.
[[nodiscard]] bool read_attributes(const char *name, const TreeTools &tools, std::string &text);

} // namespace retouch::guest
