#pragma once
// Tiny guest images for tests, made by tiny_image.sh: busybox under the files of a Debian 12.

#include "retouch/store.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace retouch::test {

/// Makes an image at `path`. `options` are the script's. Throws Error when that fails.
void make_tiny_image(const std::filesystem::path &path,
                     const std::vector<std::string> &options = {});

/// A raw or qcow2 file as a disk, its size taken from the file.
[[nodiscard]] Disk disk_of(const std::filesystem::path &path, bool read_only);

} // namespace retouch::test
