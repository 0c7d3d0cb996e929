#pragma once
// Disk words: what becomes of an image's disk, in one line that plans and reports share. Safe to
// print.

#include "retouch/disk_growth.hpp"

#include <string>

namespace retouch::render {

/// "2.0 GiB -> 20.0 GiB, partition 1 (last) and its ext4 grow".
[[nodiscard]] std::string disk_words(const DiskGrowth &growth);

} // namespace retouch::render
