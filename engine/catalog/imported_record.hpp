#pragma once
// Imported record: the record of an image that is brought in from a file.

#include "retouch/image.hpp"

#include <map>
#include <string>

namespace retouch::catalog {

/// A new id with the name and properties somebody chose. Throws Error: invalid when a recipe might
/// not give them either, or when they are retouch's own.
[[nodiscard]] Image imported_record(const std::string &name,
                                    const std::map<std::string, std::string> &properties);

} // namespace retouch::catalog
