#pragma once
// OutputWish: how a recipe wants the bytes of its image kept. It changes nothing of what a machine
// sees of the disk.
// Thread-safety: plain values; any number of threads may read one that nobody changes.

#include <string>

namespace retouch {

/// Of the clusters of a qcow2 file.
enum class Compression { none, zlib, zstd };

struct OutputWish {
    std::string format = {}; ///< raw | qcow2; empty: as the source
    Compression compression = Compression::none;
    bool trim = false; ///< what its filesystems do not use is given back

    bool operator==(const OutputWish &) const = default;
};

} // namespace retouch
