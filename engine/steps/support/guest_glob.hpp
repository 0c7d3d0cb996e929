#pragma once
// Guest globs: which entries of a guest a pattern names. `*` and `?` stand within one component and
// match a leading dot too; a last component `**` means every file below, directories not included.

#include "retouch/guest.hpp"

#include <string>
#include <vector>

namespace retouch::steps {

struct Found {
    std::string path;
    FileInfo info;
};

/// Sorted by path; empty when there is nothing. Links among the pattern's directories are followed
/// and gone from the paths; links met below `**` are not followed. Requires: absolute. Throws
/// Error.
[[nodiscard]] std::vector<Found> glob(const GuestView &guest, const std::string &pattern);

/// Everything below a directory, directories before what is in them; links are not followed.
[[nodiscard]] std::vector<Found> everything_below(const GuestView &guest,
                                                  const std::string &directory);

} // namespace retouch::steps
