#pragma once

// Volatile changes: which changes of a guest count for nothing, or not by their bytes, because they
// come out differently each time. The globs are Target::volatile_paths, which a plan's author
// chose; what is run is held to rules of our own.

#include "retouch/effect.hpp"

#include <string>
#include <vector>

namespace retouch::model {

/// True when a glob matches, as matches_path() reads them, or the path is_made_anew(). Says nothing
/// about whether the change counts.
[[nodiscard]] bool is_volatile(const std::vector<std::string> &globs, const std::string &path);

/// True when the path of the change is volatile and the change never concerns_code().
[[nodiscard]] bool is_volatile_change(const EntryChange &change,
                                      const std::vector<std::string> &globs);

/// What of the state of a path comes out alike each time: of a regular file that is_made_anew() all
/// but size and digest, of anything else all.
[[nodiscard]] EntryState lasting_part(const std::string &path, EntryState state);

} // namespace retouch::model
