#pragma once
// Plan file: tells a saved plan from a recipe by its content, whatever it is called.

#include <filesystem>
#include <optional>
#include <string>

namespace retouch::cli {

/// The whole text when the file is meant as a saved plan: it begins with "{" and speaks of a
/// format_version. nullopt for anything else, also for files that cannot be read: as recipes they
/// will be refused with the reason. Throws Error: invalid for a plan that is too large.
[[nodiscard]] std::optional<std::string> plan_file_text(const std::filesystem::path &path);

} // namespace retouch::cli
