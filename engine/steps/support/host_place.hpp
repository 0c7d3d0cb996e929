#pragma once
// Where files of this host may lie that a recipe names.

#include "steps/support/reading.hpp"

#include <filesystem>
#include <optional>

namespace retouch::steps {

/// Where a file lies that a recipe may read.
enum class HostPlace {
    inside,  ///< in the recipe's root: its contents may be shown
    allowed, ///< elsewhere, where the configuration allows it: they may not
};

/// What `path` names must end, all links followed, in the recipe's own root, but not in a .git
/// there, or in a directory the configuration allows; nullopt after an error at `spelled`. Throws
/// Error: bad_config when the configuration has to be asked and is wrong.
[[nodiscard]] std::optional<HostPlace>
require_host_place(const std::filesystem::path &path, const Value &spelled, const Reader &reader);

} // namespace retouch::steps
