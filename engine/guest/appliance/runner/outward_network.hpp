#pragma once

// What a command that may reach outwards must not reach: the host around the machine. qemu's
// network maps its own addresses to the host's loopback.

namespace retouch::guest {

struct Job;

/// Closes the ways to the host in the machine's own network, for good. When the kernel refuses, the
/// program ends with a sentence on standard error.
void leave_out_host(const Job &job);

} // namespace retouch::guest
