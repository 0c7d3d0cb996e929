#pragma once
// The limits of one command and all it starts. Processes and memory are counted together by a
// control group of ours: pages, files in memory, and what the kernel keeps for them. Part of the
// runner.

#include "guest/appliance/job.hpp"

#include <cstdint>
#include <string>
#include <sys/types.h>

namespace retouch::guest {

class CommandGroup {
  public:
    /// Makes it in this process's mount namespace, which must be its own, and puts `first` into it,
    /// a process with no children yet. Empty, or what could not be done.
    [[nodiscard]] std::string make(const Job &job, pid_t first);

    /// Which limits were met: "memory", "processes", both with a blank between, or empty.
    [[nodiscard]] std::string limits_met() const;

    /// What they may have: the limit, or less when the appliance has less to give.
    [[nodiscard]] std::uint64_t memory_bytes() const { return memory_bytes_; }

    /// Requires: its processes have ended.
    void take_away();

  private:
    std::uint64_t memory_bytes_ = 0;
};

/// Sets the limits of each process for `process` and all it will start. It is done from outside
/// because a user namespace has no right to raise them. False with errno.
[[nodiscard]] bool set_process_limits(const Job &job, pid_t process);

} // namespace retouch::guest
