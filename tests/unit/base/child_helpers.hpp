#pragma once

// Helpers for tests that need a process of their own, because what they try (signals, closed
// descriptors, memory peaks) would stay with the test program.

#include <functional>
#include <string>
#include <sys/types.h>

namespace retouch {

/// Runs `body` in a forked process and returns what it returned, 99 when it threw, or 128+N.
int in_child(const std::function<int()> &body);

/// The same in a PID namespace of its own, beside a bystander: what it does to everybody it can
/// reach ends there. 98 when the bystander did not live through it, 97 when children are left.
/// Needs root.
int beside_bystander(const std::function<int()> &body);

/// Lowers the limit of open files of this process, so that `count` more can be opened.
void leave_descriptors(unsigned count);

/// True while the process exists and is no zombie; waits up to two seconds for its end.
bool survives(pid_t pid);

/// True when this process has no children, not even zombies.
bool has_no_children();

/// The number after `name` in /proc/self/status.
long status_number(const std::string &name);

} // namespace retouch
