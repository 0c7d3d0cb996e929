#pragma once
// FileInfo: the metadata of one file, directory or link in a guest.
// Thread-safety: plain values; any number of threads may read one that nobody changes.

#include <cstdint>

namespace retouch {

struct FileInfo {
    enum class Type { regular, directory, symlink, other };

    Type type = Type::regular;
    std::uint32_t mode = 0; ///< permission bits, 0 to 07777
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::uint64_t size = 0; ///< bytes

    bool operator==(const FileInfo &) const = default;
};

} // namespace retouch
