#pragma once
// Working directory: paths the user gave, made absolute. It may have been removed under us.

#include <filesystem>

namespace retouch::base {

/// As std::filesystem::absolute. Throws Error: bad_config when the working directory is gone.
[[nodiscard]] std::filesystem::path absolute_path(const std::filesystem::path &path);

} // namespace retouch::base
