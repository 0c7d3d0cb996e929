#pragma once
// FirstInSandbox: the first process of a sandbox's PID namespace, as bubblewrap announces it. It is
// killed and waited for, because with it the kernel ends everything inside.

#include "base/file.hpp"

#include <cstdint>
#include <string>
#include <sys/types.h>

namespace retouch {

class FirstInSandbox {
  public:
    /// Throws Error.
    FirstInSandbox();

    /// Ends the process, if there is one, and waits.
    ~FirstInSandbox();

    FirstInSandbox(const FirstInSandbox &) = delete;
    FirstInSandbox &operator=(const FirstInSandbox &) = delete;

    /// For --json-status-fd.
    [[nodiscard]] int fd() const { return write_end_.get(); }

    /// True when there is, or was, a sandbox.
    [[nodiscard]] bool begun();

    /// True when the command was started and its end seen.
    [[nodiscard]] bool command_ended();

  private:
    void read_status();
    void end() const;

    UniqueFd read_end_;
    UniqueFd write_end_;
    std::string text_;
    pid_t pid_ = -1;
    std::uint64_t namespace_ = 0;
    bool command_ended_ = false;
};

} // namespace retouch
