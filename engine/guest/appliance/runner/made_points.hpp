#pragma once
// MadePoints: mount points a guest lacks, made for one command and taken away again, the parent's
// times put back. Part of the runner, which is alone in the appliance.

#include <string>
#include <sys/stat.h>
#include <vector>

namespace retouch::guest {

class MadePoints {
  public:
    /// Makes `path` of the appliance, which has no links in it, unless it is there. False when it
    /// cannot be made.
    [[nodiscard]] bool directory(const std::string &path) { return ensure(path, S_IFDIR); }

    [[nodiscard]] bool file(const std::string &path) { return ensure(path, S_IFREG); }

    /// Takes away what was made and is still empty.
    void take_away();

  private:
    struct Made {
        std::string path;
        mode_t type;
        struct stat before; ///< the parent
        struct stat after;
    };

    [[nodiscard]] bool ensure(const std::string &path, mode_t type);

    std::vector<Made> made_;
};

} // namespace retouch::guest
