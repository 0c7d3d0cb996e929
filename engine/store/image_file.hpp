#pragma once
// Image file: finds out what a file from outside is, by its own bytes and without trusting any of
// them. It accepts self-contained raw and qcow2 disks and says of anything else what to do.

#include "retouch/error.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace retouch::store {

struct ImageFile {
    std::string format; ///< raw | qcow2
    std::int64_t virtual_size_bytes = 0;

    bool operator==(const ImageFile &) const = default;
};

/// Looks at the file open at `fd`; `path` is for the error text. Throws Error: invalid when it is
/// truncated, no disk image, of another format, compressed, encrypted, or refers to other files.
[[nodiscard]] ImageFile probe_image(int fd, const std::filesystem::path &path);

/// What the first bytes of a file (64 KiB tell all) are those of, when it is no disk as it is: "is
/// a qcow2 image"; empty when they may be a disk's.
[[nodiscard]] std::string_view kind_of_foreign_bytes(std::string_view prefix);

/// "FILE WHAT", kind invalid: how all refusals of image files read. `what` is our own text.
[[nodiscard]] Error image_error(const std::filesystem::path &path, std::string_view what,
                                std::string hint);

/// The same for a file that ends too early.
[[nodiscard]] Error truncated_image(const std::filesystem::path &path, std::string_view what);

} // namespace retouch::store
