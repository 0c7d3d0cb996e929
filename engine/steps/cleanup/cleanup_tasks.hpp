#pragma once
// Cleanup tasks: what the rules of a name mean in one guest, as it is now. It only looks.

#include "retouch/guest.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace retouch::steps {

/// One thing to do, and what it takes away.
struct CleanupTask {
    std::string path;
    FileInfo info;
    bool empties = false;                ///< the file stays, without contents; else all of it goes
    std::uint64_t bytes = 0;             ///< of regular files, those below it included
    std::vector<std::string> below = {}; ///< paths of what goes with it
};

/// Sorted by path, each once; nothing below a directory that goes as a whole. Throws Error.
[[nodiscard]] std::vector<CleanupTask> cleanup_tasks(std::string_view name, const GuestView &guest);

} // namespace retouch::steps
