#pragma once
// DirectoryStack: the directories on the way from a root to where a walk is. However deep that is,
// few are open: an outer one is opened again through ".." of the one below it, and known by its
// inode. Shared with the runner in the appliance.

#include <cstddef>
#include <sys/types.h>
#include <vector>

namespace retouch::guest {

class DirectoryStack {
  public:
    /// `root` stays open, and the caller's.
    explicit DirectoryStack(int root) : levels_{{root, 0, 0}} {}

    ~DirectoryStack();
    DirectoryStack(const DirectoryStack &) = delete;
    DirectoryStack &operator=(const DirectoryStack &) = delete;

    /// The innermost directory.
    [[nodiscard]] int fd() const { return levels_.back().fd; }

    /// Below the root.
    [[nodiscard]] std::size_t depth() const { return levels_.size() - 1; }

    /// Into a directory of the innermost one; a link is not followed. False with errno.
    [[nodiscard]] bool enter(const char *name);

    /// Back to the one above; ESTALE when it is no longer there. Requires: depth() > 0. False with
    /// errno: nothing may be done with it then.
    [[nodiscard]] bool leave();

  private:
    struct Level {
        int fd; ///< -1: closed for now
        dev_t device;
        ino_t inode;
    };

    std::vector<Level> levels_;
};

} // namespace retouch::guest
