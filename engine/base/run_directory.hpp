#pragma once
// RunDirectory: a private temporary directory of one run, for sockets and scratch files. It holds a
// lock while its owner lives, so that a later run can tell and clear what a killed one left.

#include "base/lock_file.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace retouch::base {

class RunDirectory {
  public:
    /// "retouch-run-XXXXXX" under the system's temporary directory, mode 0700. Throws Error.
    RunDirectory();
    ~RunDirectory();
    RunDirectory(const RunDirectory &) = delete;
    RunDirectory &operator=(const RunDirectory &) = delete;

    /// Short enough to hold unix sockets.
    [[nodiscard]] const std::filesystem::path &path() const { return path_; }

    /// Ends the processes and removes the directories of owners that died; returns what it removed.
    /// Only directories of this user are looked at. Never throws for a directory it cannot clear.
    static std::vector<std::filesystem::path> clear_abandoned();

  private:
    std::filesystem::path path_;
    std::optional<LockFile> lock_;
};

/// Throws Error, unavailable, when the filesystem of `directory`, which is a run's own or one below
/// it, has no room: helpers whose files no longer fit there end without a word, or fail with what
/// looks like a fault of a disk.
void require_room(const std::filesystem::path &directory);

} // namespace retouch::base
