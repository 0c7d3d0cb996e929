#pragma once
// Sealed bytes: what a finished stage measures, and how one that was kept is found again. Plain
// values; what they describe is in a store.

#include <cstdint>
#include <optional>
#include <string>

namespace retouch {

/// What a finished image is made of.
struct SealedImage {
    std::int64_t size = 0;
    std::int64_t virtual_size = 0;
    std::string checksum_algorithm; ///< empty: not computed
    std::string checksum;           ///< lower-case hex
    /// Bytes the steps wrote into a kept stage: the guest that was open counted them.
    std::optional<std::uint64_t> bytes_written = std::nullopt;

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

    bool operator==(const KeptStage &) const = default;
};

} // namespace retouch
