#pragma once
// Supervision: watches a command from outside its namespaces: its output, its time limit, its end.
// Part of the runner.

#include "guest/appliance/job.hpp"
#include "guest/appliance/runner/command_process.hpp"
#include "guest/appliance/runner/notice.hpp"

#include <cstdint>
#include <string>
#include <sys/types.h>

namespace retouch::guest {

/// Counts what comes out of a pipe and keeps its end.
class StreamTail {
  public:
    /// Takes over `fd`.
    StreamTail(int fd, std::size_t bound) : fd_(fd), bound_(bound) {}

    [[nodiscard]] int fd() const { return fd_; }

    [[nodiscard]] std::uint64_t total() const { return total_; }

    /// At most `bound` bytes.
    [[nodiscard]] std::string text() const {
        return kept_.size() > bound_ ? kept_.substr(kept_.size() - bound_) : kept_;
    }

    /// Reads once; closes at the end. Requires: readable.
    void take();

  private:
    int fd_;
    std::size_t bound_;
    std::uint64_t total_ = 0;
    std::string kept_;
};

class Supervision {
  public:
    Supervision(const Pipes &pipes, const Job &job);

    /// Until all that the command started is gone. `first` is the first process of the namespaces,
    /// `first_fd` its pidfd.
    void watch(pid_t first, int first_fd);

    /// The result, or why there is none, as lines of "KEY VALUE". `stopped`: the kernel has ended
    /// all because of its memory.
    [[nodiscard]] std::string report(bool stopped) const;

  private:
    [[nodiscard]] bool waiting_for_command() const { return started_ && !ended_ && !late_; }

    [[nodiscard]] int milliseconds_left() const;
    void hear();
    [[nodiscard]] std::string report_failure() const;

    StreamTail out_;
    StreamTail err_;
    int notices_;
    std::uint64_t limit_;                          ///< microseconds
    Notice failure_{Notice::Kind::started, 0, {}}; ///< `started` for none
    bool started_ = false;
    bool ended_ = false;
    bool late_ = false;
    int status_ = 0;
    std::uint64_t started_at_ = 0;
    std::uint64_t ended_at_ = 0;
};

} // namespace retouch::guest
