#pragma once
// Unpacked files: the disk in a file that came compressed (gzip, bzip2, xz, zstd) or packed (tar,
// zip). What kind of disk it is, is not looked at.

#include "retouch/store.hpp"
#include "store/new_file.hpp"

#include <filesystem>

namespace retouch::apply {

/// True when its first bytes are those of something that unpack() takes. Throws Error.
[[nodiscard]] bool is_packed(const std::filesystem::path &file);

/// The one disk in `file`, in a file of its own in `directory` that goes away unless it is kept.
/// Blocks of zeros take no room. `progress` is told of `file`. Throws Error: invalid when it is
/// damaged, holds no disk or several, or one of more than 1 TiB; and when room runs out.
[[nodiscard]] store::NewFile unpack(const std::filesystem::path &file,
                                    const std::filesystem::path &directory,
                                    const WorkProgress &progress);

} // namespace retouch::apply
