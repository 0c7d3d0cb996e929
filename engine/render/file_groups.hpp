#pragma once
// File groups: the changed paths of an effect in as few lines as a reader has patience for. Small
// numbers stay single, directories with many changes are folded. It makes no text.

#include "retouch/effect.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace retouch::render {

/// One path, or everything below a directory and the directory itself.
struct FileGroup {
    const EntryChange *single = nullptr; ///< set: this one path, and nothing else here matters
    std::string directory;               ///< with a slash at its end; not escaped
    std::size_t added = 0;
    std::size_t changed = 0;
    std::size_t removed = 0;
    std::uint64_t bytes = 0; ///< of the files added or changed, as they are now
};

/// At most `limit` groups (at least one), in the order of the paths, each change in exactly one.
/// The directories that cost the fewest lines are opened first. The groups point into `changes`.
[[nodiscard]] std::vector<FileGroup> group_files(const std::vector<EntryChange> &changes,
                                                 std::size_t limit);

} // namespace retouch::render
