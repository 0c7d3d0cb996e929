#pragma once
// Host boundary: may a recipe read this file of the host? What it names must end, all links
// followed, in its own root, but not in a .git there, or in a directory the configuration allows.

#include "retouch/step_kind.hpp"

#include <filesystem>

namespace retouch::steps {

enum class HostPlace {
    inside,  ///< in the recipe's root: its contents may be shown
    allowed, ///< elsewhere, where the configuration allows it: they may not
    outside, ///< it may not be read
};

/// Throws Error: bad_config when the configuration has to be asked and is wrong.
[[nodiscard]] HostPlace host_place(const std::filesystem::path &path, const ReadContext &context);

} // namespace retouch::steps
