#pragma once
// Convert: the disk in an image file, written in another format by qemu-img.

#include "store/new_file.hpp"

#include <filesystem>
#include <string>

namespace retouch::store {

/// Makes `target`, an empty file, an image of the format `to` that holds what the self-contained
/// image file `source` of the format `from` holds; both are raw or qcow2. Interruptible.
/// Throws Error, with `target` left unfinished: unavailable when qemu-img is not there.
void convert_image(const std::filesystem::path &source, const std::string &from, NewFile &target,
                   const std::string &to);

} // namespace retouch::store
