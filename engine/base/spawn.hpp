#pragma once

// Spawning: starts a program through Boost.Process and keeps hold of it until it is reaped.
// It is the lowest part of process.hpp: no pipes, no time limits.

#include "base/process.hpp"

#include <sys/types.h>

namespace retouch {

/// What a child gets besides its arguments and environment.
struct SpawnOptions {
    int out = -1; ///< a descriptor above 2; it stays ours
    int err = -1; ///< likewise
    bool dies_with_us = false;
};

/// A child leading a process group of its own. It is observed through a pidfd and left a zombie
/// until reap(), so that neither its id nor its group's can come to mean another process.
class SpawnedProcess {
  public:
    /// Throws Error: unavailable when the program is missing or cannot be executed.
    SpawnedProcess(const ProcessSpec &spec, const SpawnOptions &options);

    /// Kills and reaps unless that was done.
    ~SpawnedProcess();

    SpawnedProcess(const SpawnedProcess &) = delete;
    SpawnedProcess &operator=(const SpawnedProcess &) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }

    /// Readable once it has ended; for poll.
    [[nodiscard]] int fd() const { return pidfd_.get(); }

    /// Waits up to `patience` for its end.
    [[nodiscard]] bool ended(std::chrono::milliseconds patience) const;

    /// Requires: not reaped.
    void signal_group(int number) const;

    /// Kills what is left of the group, the process included, and waits for it. Returns its exit
    /// status, 128+N when signal N ended it. Requires: not reaped.
    int reap();

  private:
    pid_t pid_ = -1;
    UniqueFd pidfd_;
    bool reaped_ = false;
};

} // namespace retouch
