#pragma once

// OutputPipe: the reading end of a child's stdout or stderr. It keeps a bounded tail of what came
// and counts the rest. It never blocks: run_process() polls it.

#include "base/file.hpp"

#include <cstdint>
#include <string>

namespace retouch::base {

/// Both ends close-on-exec and above the three standard numbers, so that the copies made for a
/// child's standard streams cannot overwrite them.
struct Pipe {
    /// Throws Error: unavailable when no pipe can be had.
    Pipe();

    UniqueFd read_end;
    UniqueFd write_end;
};

class OutputPipe {
  public:
    /// Keeps the last `bound` bytes. Throws Error when no pipe can be had.
    explicit OutputPipe(std::size_t bound);

    /// What the child gets; close it here once the child has it.
    [[nodiscard]] UniqueFd &write_end() { return pipe_.write_end; }

    /// For poll; -1 once the end has been seen.
    [[nodiscard]] int fd() const { return pipe_.read_end.get(); }

    /// Takes what is there now, at most a few pipes full, so that other work gets its turn.
    void drain();

    /// The tail. Ends this pipe.
    [[nodiscard]] std::string take();

    [[nodiscard]] std::uint64_t total() const { return total_; }

  private:
    void keep(std::string_view bytes);

    Pipe pipe_;
    std::size_t bound_;
    std::uint64_t total_ = 0;
    std::string tail_;
};

/// `fd`, or a copy of it above the three standard numbers. Throws Error.
[[nodiscard]] UniqueFd above_standard_streams(UniqueFd fd);

} // namespace retouch::base
