#pragma once

// Surprises: where what steps did differs from what they did in the rehearsal a plan was approved
// by. Pure comparison of two effects; volatile paths are left out, but never what is run.

#include "retouch/effect.hpp"

#include <string>
#include <vector>

namespace retouch::plan {

struct Surprise {
    std::string subject; ///< a path or "package NAME"; not escaped
    std::string what;    ///< "was added, but not in the rehearsal"; escaped

    bool operator==(const Surprise &) const = default;
};

/// Packages first, then by path. Bytes written are not compared: they depend on the filesystem.
[[nodiscard]] std::vector<Surprise> surprises(const Effect &rehearsed, const Effect &actual,
                                              const std::vector<std::string> &volatile_paths);

} // namespace retouch::plan
