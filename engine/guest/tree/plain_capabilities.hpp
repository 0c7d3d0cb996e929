#pragma once
// PlainCapabilities: what a command gives a file as root of a user namespace is stored with the
// number of that root ("revision 3"), which no system writes for itself and old kernels refuse.
// This stores it again, from outside, in the plain form. Shared with the runner in the appliance.

#include "guest/tree/file_notes.hpp"
#include "guest/tree/tree.hpp"

#include <cstdint>
#include <set>
#include <string>

namespace retouch::guest {

class PlainCapabilities {
  public:
    PlainCapabilities();

    /// From now on it is noted which inodes of that filesystem change. `place` as FileNotes has it.
    /// Where the kernel cannot note it, or not enough of it, settle() looks at the whole tree.
    void watch(int place);

    /// To be called when the command has ended. `root` is the whole tree, whose links are not
    /// followed; the working directory is as after walk_tree().
    [[nodiscard]] LookFailure settle(int root, const TreeTools &tools);

  private:
    [[nodiscard]] int settle_noted(const std::set<std::string> &inodes) const;
    [[nodiscard]] LookFailure settle_tree(int root, const TreeTools &tools) const;

    FileNotes notes_;
    bool complete_ = true;
    std::int64_t began_; ///< nanoseconds, of the second it was
};

} // namespace retouch::guest
