// Disk: what a file and an overlay have in common.

#include "retouch/store.hpp"

namespace retouch {

std::optional<DiskFile> Disk::file() const {
    if (const auto *overlay = std::get_if<DiskOverlay>(&place))
        return DiskFile{"qcow2", overlay->path};
    if (const auto *file = std::get_if<DiskFile>(&place))
        return *file;
    return std::nullopt;
}

std::string Disk::format() const {
    const std::optional<DiskFile> found = file();
    return found ? found->format : "raw";
}

} // namespace retouch
