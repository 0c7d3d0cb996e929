#pragma once
// Downloading: an image's bytes as the service sends them, kept as DIRECTORY/ID.FORMAT, sparse and
// checked. An image that is there already is not fetched again: bytes under an id never change.

#include "catalog/glance/image_api.hpp"
#include "retouch/image.hpp"

#include <filesystem>

namespace retouch::catalog {

/// Throws Error: what the service says; failed when the bytes are not those the record promises;
/// invalid when they are no disk retouch can work on. An unfinished file is removed.
void download_image(const ImageApi &api, const Image &image,
                    const std::filesystem::path &directory);

} // namespace retouch::catalog
