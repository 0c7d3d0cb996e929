#pragma once

// Helpers for tests that need a process of their own, because what they try (signals, closed
// descriptors, memory peaks) would stay with the test program.

#include <functional>
#include <string>
#include <sys/types.h>

namespace retouch {

/// Runs `body` in a forked process and returns what it returned, 99 when it threw, or 128+N.
int in_child(const std::function<int()> &body);

/// True while the process exists and is no zombie; waits up to two seconds for its end.
bool survives(pid_t pid);

/// True when this process has no children, not even zombies.
bool has_no_children();

/// The number after `name` in /proc/self/status.
long status_number(const std::string &name);

} // namespace retouch
