#pragma once

// Spawning: starts a program and keeps hold of it until it is reaped. Either there is a child and a
// hold on it, or an Error: nothing in between. It is the lowest part of process.hpp: no pipes for
// output, no time limits.

#include "base/process.hpp"
#include "base/process_handle.hpp"

namespace retouch::base {

/// What a child gets besides its arguments and environment. Descriptors above 2; they stay ours.
struct SpawnOptions {
    int out = -1;
    int err = -1;
};

/// A child that leads a process group of its own and dies with the thread that started it. It is
/// observed through a pidfd and left a zombie until reap(), so that neither its number nor its
/// group's can come to mean another process.
class SpawnedProcess {
  public:
    /// Returns when the program has begun. Throws Error: unavailable when the program is missing or
    /// cannot be executed, or when there is no descriptor, process or memory for it; interrupted.
    SpawnedProcess(const ProcessSpec &spec, const SpawnOptions &options);

    /// Kills and reaps unless that was done.
    ~SpawnedProcess();

    SpawnedProcess(const SpawnedProcess &) = delete;
    SpawnedProcess &operator=(const SpawnedProcess &) = delete;

    [[nodiscard]] const ProcessHandle &handle() const { return handle_; }

    /// Waits up to `patience` for its end.
    [[nodiscard]] bool ended(std::chrono::milliseconds patience) const {
        return handle_.ended(patience);
    }

    /// How it ended; nullopt while it runs. Requires: not reaped.
    [[nodiscard]] std::optional<ProcessEnd> end() const;

    /// Requires: not reaped.
    void signal_group(int number) const;

    /// Kills what is left of the group, the process included, and waits for it. Requires: not
    /// reaped.
    ProcessEnd reap();

  private:
    /// Started; whether it becomes the program is not known yet.
    SpawnedProcess(const ProcessSpec &spec, const SpawnOptions &options, UniqueFd &&failure);

    ProcessHandle handle_;
    UniqueFd failure_; ///< tells why it did not become the program
    bool reaped_ = false;
};

} // namespace retouch::base
