#pragma once

// Volatile changes: which changes of a guest count for nothing, because the path comes out
// differently each time. Which globs those are is Target::volatile_paths.

#include "retouch/effect.hpp"

#include <string>
#include <vector>

namespace retouch {

/// True when one of the globs matches, as matches_path() reads them.
[[nodiscard]] bool is_volatile(const std::vector<std::string> &globs, const std::string &path);

/// The same for the path of a change, but never for one that gives_setuid().
[[nodiscard]] bool is_volatile_change(const EntryChange &change,
                                      const std::vector<std::string> &globs);

} // namespace retouch
