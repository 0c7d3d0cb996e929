#pragma once
// Raw disk: tells whether bytes without any magic of their own are a plausible and complete disk:
// a partition table or a filesystem that ends within the file. It does not look into filesystems.

#include <filesystem>

namespace retouch::store {

/// Throws Error: invalid when the file open at `fd` is no disk or a truncated one.
void check_raw_disk(int fd, const std::filesystem::path &path);

} // namespace retouch::store
