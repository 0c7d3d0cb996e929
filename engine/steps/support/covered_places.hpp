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

/// A path that a recipe names, and what is made below it.
class CoveredDestination {
  public:
    /// `path` as the recipe names it: links in the directories above are followed. Throws Error.
    CoveredDestination(const std::string &path, const GuestView &guest);

    /// Why nothing that is put there would be seen once the image boots; empty when it would.
    [[nodiscard]] std::string obstacle() const;

    /// The same for one file, `below` the path or, when that is empty, the path itself.
    [[nodiscard]] std::string obstacle(const std::string &below) const;

  private:
    std::string named_above_;
    std::string above_; ///< without links
    std::string top_;
    FstabCover cover_;
};

} // namespace retouch::steps
