#pragma once
// Places that the files of an image are not seen in once it boots, because something is mounted on
// them: what is written there is lost.

#include "retouch/guest.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace retouch::steps {

/// The place that covers `path`, which is normal and absolute: /run, /proc, /sys or /dev; empty
/// when none does. /var/run is /run.
[[nodiscard]] std::string_view covered_by(std::string_view path);

/// What to write instead.
[[nodiscard]] std::string instead_of_covered(std::string_view place);

/// What the /etc/fstab that is in a guest now mounts at boot, and nothing is mounted for here: from
/// another directory, from the network, or, by a line that a step put there, from a disk.
class FstabCover {
  public:
    /// Throws Error.
    explicit FstabCover(const GuestView &guest);

    /// Why nobody would see `path`, which is without links, of a machine that boots the image;
    /// empty when it is seen. Escaped.
    [[nodiscard]] std::string obstacle(const std::string &path) const;

  private:
    std::vector<MountPoint> covering_; ///< without links
    std::vector<std::string> seen_;    ///< where something is mounted here, without links
};

} // namespace retouch::steps
