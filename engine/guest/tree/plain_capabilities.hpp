#pragma once
// PlainCapabilities: what a command gives a file as root of a user namespace is stored with the
// number of that root ("revision 3"), which no system writes for itself and old kernels refuse.
// This stores it again, from outside, in the plain form. Shared with the runner in the appliance.

#include "guest/tree/tree.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <sys/statfs.h>
#include <vector>

namespace retouch::guest {

class PlainCapabilities {
  public:
    PlainCapabilities();
    ~PlainCapabilities();
    PlainCapabilities(const PlainCapabilities &) = delete;
    PlainCapabilities &operator=(const PlainCapabilities &) = delete;

    /// From now on it is noted which inodes of that filesystem change. `place` is a directory of
    /// it, in a mount that maps no owners, open for reading as long as this lives. Where the kernel
    /// cannot note it, or not enough of it, settle() looks at the whole tree.
    void watch(int place);

    /// To be called when the command has ended. `root` is the whole tree, whose links are not
    /// followed; the working directory is as after walk_tree().
    [[nodiscard]] LookFailure settle(int root, const TreeTools &tools);

  private:
    struct Place {
        int directory;
        fsid_t filesystem;
    };

    void read_notes();
    [[nodiscard]] int settle_noted() const;
    [[nodiscard]] LookFailure settle_tree(int root, const TreeTools &tools) const;

    int notes_ = -1;
    bool complete_ = true;
    std::int64_t began_ = 0; ///< nanoseconds, of the second it was
    std::vector<Place> places_;
    std::set<std::string> noted_; ///< each a filesystem and a handle of a file on it
};

} // namespace retouch::guest
