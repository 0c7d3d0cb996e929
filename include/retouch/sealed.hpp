#pragma once
// Sealed bytes: what a finished stage measures, and how one that was kept is found again. Plain
// values; what they describe is in a store.
// Thread-safety: plain values; any number of threads may read one that nobody changes.

#include <cstdint>
#include <string>

namespace retouch {

/// What a finished image is made of.
struct SealedImage {
    std::int64_t size = 0;               ///< bytes of the file or RBD image
    std::int64_t virtual_size_bytes = 0; ///< of the disk a guest sees
    std::string checksum_algorithm;      ///< empty: not computed
    std::string checksum;                ///< lower-case hex

    bool operator==(const SealedImage &) const = default;
};

/// A sealed stage that waits for another process to publish it. It may come from a file somebody
/// wrote by hand.
struct KeptStage {
    std::string id;       ///< the stage's; never that of a published image
    std::string location; ///< Stage::location() of it, for people and ImageStore::look_in()
    std::string until;    ///< RFC 3339; from then on it may be removed
    std::string proof;    ///< the store's own: by it adopt() sees that nobody changed the bytes
    SealedImage sealed;
    std::uint64_t bytes_written = 0; ///< into the stage by the steps, as the guest counted them

    bool operator==(const KeptStage &) const = default;
};

} // namespace retouch
