#pragma once

// Whether /proc tells of the processes this one sees. In a PID namespace that kept the /proc of
// another one, the numbers there belong to strangers.

namespace retouch::base {

/// Throws Error: unavailable when /proc is missing or another namespace's.
void require_own_proc();

} // namespace retouch::base
