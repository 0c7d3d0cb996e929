#pragma once
// Convert: the disk in an image file, written in another format by qemu-img.

#include "retouch/output_wish.hpp"
#include "store/new_file.hpp"

#include <filesystem>
#include <string>

namespace retouch::store {

/// What an image file is made as.
struct FileFormat {
    std::string name;                            ///< raw | qcow2 | vmdk | vhd | vhdx | vdi
    Compression compression = Compression::none; ///< of qcow2
};

/// Makes `target`, an empty file, an image of the format `to` that holds what the self-contained
/// image file `source` of the format `from`, raw or qcow2, holds. Interruptible.
/// Throws Error, with `target` left unfinished: unavailable when qemu-img is not there.
void convert_image(const std::filesystem::path &source, const std::string &from, NewFile &target,
                   const FileFormat &to);

} // namespace retouch::store
