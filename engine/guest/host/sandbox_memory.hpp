#pragma once
// SandboxMemory: how much memory a sandbox has taken, summed over its processes, the files in
// memory it sees, its segments and buffers, for hosts where no control group counts it. Whoever
// looks now and then sees what was taken since too late to prevent it.

#include "base/file.hpp"

#include <cstdint>
#include <sys/types.h>

namespace retouch::guest {

class SandboxMemory {
  public:
    /// `first`: the first process of the sandbox's namespaces. Requires: its mounts are made. The
    /// calling thread, which is to be one for this purpose, enters its IPC namespace to see its
    /// segments. Throws Error, also when it has ended.
    explicit SandboxMemory(pid_t first);

    /// True when more than `bytes` are taken. What is shared counts once. What has ended in between
    /// does not count.
    [[nodiscard]] bool exceeds(std::uint64_t bytes) const;

  private:
    pid_t first_;
    std::uint64_t files_device_; ///< where the kernel keeps files in memory that have no name
};

} // namespace retouch::guest
