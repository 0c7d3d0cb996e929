#pragma once
// Seen mounts: the lines of a /proc/PID/mountinfo, as far as they are of use here.

#include <string>
#include <string_view>
#include <vector>

namespace retouch::guest {

struct SeenMount {
    std::string device; ///< "0:27"
    std::string root;   ///< the part of the filesystem that is seen
    std::string point;
    std::string type;
    std::vector<std::string> options; ///< of the filesystem, not of this mount of it
};

/// Lines that are not understood are left out.
[[nodiscard]] std::vector<SeenMount> read_mounts(std::string_view mountinfo);

} // namespace retouch::guest
