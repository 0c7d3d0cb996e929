#pragma once
// Places that the files of an image are not seen in once it boots, because something is mounted on
// them: what is written there is lost.

#include "retouch/facts.hpp"

#include <string>
#include <string_view>

namespace retouch {

/// The place that covers `path`, which is normal and absolute: /run, /proc, /sys or /dev; empty
/// when none does. /var/run is /run.
[[nodiscard]] std::string_view covered_by(std::string_view path);

/// What to write instead.
[[nodiscard]] std::string instead_of_covered(std::string_view place);

/// Why nobody would see `path` of a machine that boots the image, for what its /etc/fstab mounts
/// from elsewhere; empty when it is seen.
[[nodiscard]] std::string covered_by_fstab(const std::string &path, const Facts &facts);

} // namespace retouch
