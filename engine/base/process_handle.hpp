#pragma once
// ProcessHandle: a hold on one running process, to watch it and to send it signals. Every signal of
// this program to a process of this host goes through it. It starts and reaps nothing.

#include "base/file.hpp"

#include <chrono>
#include <sys/types.h>

namespace retouch::base {

/// The number of a process other than init. kill(2) takes 0 and less for whole groups and for
/// everybody; none of those can be a ProcessId.
class ProcessId {
  public:
    /// Throws Error: internal for a number below 2.
    explicit ProcessId(pid_t number);

    [[nodiscard]] pid_t number() const { return number_; }

  private:
    pid_t number_;
};

class ProcessHandle {
  public:
    /// Of a process that is a child of ours and not reaped, or that the caller can tell by other
    /// means once it is held: a number alone may have come to mean another process.
    /// Throws Error: unavailable when there is no such process or no descriptor left.
    explicit ProcessHandle(ProcessId id);

    /// Takes over the pidfd that came with the process.
    ProcessHandle(ProcessId id, UniqueFd pidfd);

    /// One more hold on the same process. Throws Error.
    [[nodiscard]] ProcessHandle another() const;

    [[nodiscard]] ProcessId id() const { return id_; }

    /// Readable once it has ended; for poll.
    [[nodiscard]] int fd() const { return pidfd_.get(); }

    /// Waits up to `patience` for its end.
    [[nodiscard]] bool ended(std::chrono::milliseconds patience = {}) const;

    /// To the process alone; nothing happens when it is gone.
    void signal(int number) const;

    /// To all of the group it leads. Requires: a child of ours that leads a group of its own and is
    /// not reaped.
    void signal_group(int number) const;

  private:
    ProcessId id_;
    UniqueFd pidfd_;
};

/// False only when it is certain that no process of this number is there.
[[nodiscard]] bool process_exists(ProcessId id);

} // namespace retouch::base
