#pragma once
// Growing a qcow2 file: the disk it holds becomes larger, what is new reads as zeros. Nothing is
// known here of what is on the disk.

#include <cstdint>
#include <filesystem>

namespace retouch::store {

/// `bytes`: whole sectors, more than it has. Nobody has the file open as a disk. Throws Error:
/// unavailable when qemu-img is missing.
void grow_qcow2(const std::filesystem::path &file, std::int64_t bytes);

} // namespace retouch::store
