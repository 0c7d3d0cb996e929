#pragma once
// Files of this host that a recipe names: where they may lie, and reading small ones.

#include "steps/support/reading.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

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

/// The bytes of the file that `from` names, for what stands in the plan itself. nullopt after an
/// error: also in a saved plan, which has it already and says so as `held`. `most`: in bytes.
/// Throws Error: interrupted, and as require_host_place() does.
[[nodiscard]] std::optional<std::string>
read_host_file(const Value &from, std::size_t most, std::string_view held, const Reader &reader);

} // namespace retouch::steps
