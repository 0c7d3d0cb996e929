#pragma once
// FirstInSandbox: the first process of the PID namespace that bubblewrap makes, and what bubblewrap
// says of it. It is killed and waited for, because with it the kernel ends everything inside.

#include "base/file.hpp"
#include "base/process_handle.hpp"

#include <optional>
#include <string>
#include <sys/types.h>

namespace retouch::guest {

class FirstInSandbox {
  public:
    /// Throws Error.
    FirstInSandbox();

    /// Ends the process, if it is held, and waits.
    ~FirstInSandbox();

    FirstInSandbox(const FirstInSandbox &) = delete;
    FirstInSandbox &operator=(const FirstInSandbox &) = delete;

    /// For --json-status-fd.
    [[nodiscard]] int fd() const { return write_end_.get(); }

    /// True when there is, or was, a sandbox.
    [[nodiscard]] bool begun();

    /// Takes hold of it below `launcher`, the process that was started, to end it later. False when
    /// there is no sandbox yet, or no more.
    [[nodiscard]] bool hold(const base::ProcessHandle &launcher);

    /// Its number. Requires: held.
    [[nodiscard]] pid_t pid() const { return held_->id().number(); }

    /// True while it is held and still there.
    [[nodiscard]] bool lives() const { return held_ && !held_->ended(); }

    /// True when the command was started and its end seen.
    [[nodiscard]] bool command_ended();

    /// Ends it, if it is held, and waits.
    void end() const;

  private:
    void read_status();

    base::UniqueFd read_end_;
    base::UniqueFd write_end_;
    std::string text_;
    std::optional<base::ProcessHandle> held_;
    bool begun_ = false;
    bool command_ended_ = false;
};

} // namespace retouch::guest
