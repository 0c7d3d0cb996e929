#pragma once
// MountPoints: what a command's temporary mounts go over. Where the guest has no such file or
// directory an empty one is made and taken away again, the parent's times put back.

#include "guest/host/rooted.hpp"
#include "retouch/guest.hpp"

#include <string>
#include <vector>

namespace retouch::guest {

class MountPoints {
  public:
    /// Looks through `guest` and makes through `files`, both of the same root.
    MountPoints(const GuestView &guest, const Rooted &files);

    /// Takes away what was made and is still empty. Never throws.
    ~MountPoints();
    MountPoints(const MountPoints &) = delete;
    MountPoints &operator=(const MountPoints &) = delete;

    /// Both return the path without links, where to mount. Throw Error.
    std::string directory(const std::string &path);
    std::string file(const std::string &path);

  private:
    struct Made;
    std::string ensure(const std::string &path, FileInfo::Type type);

    const GuestView &guest_;
    const Rooted &files_;
    std::vector<Made> made_;
};

} // namespace retouch::guest
