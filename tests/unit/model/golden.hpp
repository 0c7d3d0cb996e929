#pragma once

// Golden files of this folder: what a document must look like, rewritten with UPDATE_GOLDEN=1.

#include "base/file.hpp"

#include <cstdlib>
#include <string>

namespace retouch {

/// The golden file's text; with UPDATE_GOLDEN=1 first replaced by `actual`.
inline std::string golden(const std::string &name, const std::string &actual) {
    const std::filesystem::path path =
        std::filesystem::path(RETOUCH_SOURCE_DIR) / "tests/unit/model/golden" / name;
    if (std::getenv("UPDATE_GOLDEN") != nullptr)
        base::write_file_atomically(path, actual);
    return base::read_file(path, 1 << 20);
}

} // namespace retouch
