#pragma once
// Images as text and JSON: the list of a catalog's records and one record in full. Nothing is left
// out of the list: hidden and unfinished records are there and marked.

#include "retouch/image.hpp"
#include "retouch/json.hpp"

#include <string>
#include <vector>

namespace retouch::render {

inline constexpr const char *k_images_format_version = "1.0";

/// A table; "No images in catalog NAME." when there are none. Ends with a newline.
[[nodiscard]] std::string images_text(const std::vector<Image> &images, const std::string &catalog,
                                      bool colour);

[[nodiscard]] std::string images_markdown(const std::vector<Image> &images);

/// {format_version, catalog, images: [...]}.
[[nodiscard]] Json images_json(const std::vector<Image> &images, const std::string &catalog);

/// One record, a field a line. Ends with a newline.
[[nodiscard]] std::string image_text(const Image &image, bool colour);

[[nodiscard]] std::string image_markdown(const Image &image);

/// {format_version, catalog, image: {...}}.
[[nodiscard]] Json image_json(const Image &image, const std::string &catalog);

} // namespace retouch::render
