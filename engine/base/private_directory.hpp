#pragma once
// Private directories: for their user alone.

#include <filesystem>

namespace retouch::base {

/// Makes it, and those above it; one that is there gets that mode. Throws Error.
void make_private_directory(const std::filesystem::path &path);

} // namespace retouch::base
