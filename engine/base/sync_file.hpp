#pragma once
// sync_file: fsync, and the end of a removed file, in a process of its own. Who waits for a disk
// cannot be woken, killed or left before the disk is done, and no more can a process one of whose
// threads does; but that process need not be this one. The journal, whose lines undoing relies
// upon, does not use it.

#include "base/file.hpp"
#include "base/process_handle.hpp"

#include <filesystem>
#include <optional>

namespace retouch::base {

/// Makes durable what was written to `fd`; `path` is for the error text. Throws Error: interrupted
/// as soon as an interruption is due, or after a moment when one was due before: who writes down
/// what became of the work is given that. The process left behind holds this file and nothing else,
/// and ends with the disk.
void sync_file(int fd, const std::filesystem::path &path);

/// Empties and closes a file that was removed, without waiting: to give back what the kernel holds
/// of it in memory takes seconds for gigabytes, and would be part of the last close.
void close_apart(UniqueFd removed) noexcept;

/// Writes out what was written to `fd` so far, in a process of its own, and waits for nothing: a
/// later sync_file() has less to wait for. A hint only; asked of the kernel by us it could wait for
/// minutes, too.
class WriteOut {
  public:
    explicit WriteOut(int fd) noexcept;
    /// Leaves the process behind when it has not ended.
    ~WriteOut();
    WriteOut(WriteOut &&other) noexcept;
    WriteOut &operator=(WriteOut &&) = delete;
    WriteOut(const WriteOut &) = delete;
    WriteOut &operator=(const WriteOut &) = delete;

  private:
    std::optional<ProcessHandle> process_;
};

} // namespace retouch::base
