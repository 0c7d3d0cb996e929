#pragma once
// DiskGrowth: how large the disk of a result is, and what on it reaches its end. It happens on the
// stage before the guest is opened; it is no step, for steps work inside a guest.
// Thread-safety: plain values; any number of threads may read one that nobody changes.

#include "retouch/step.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace retouch {

/// What fills the disk (recipe key disk.grow).
enum class DiskGrow {
    root, ///< the partition with the root, and all between it and its filesystem
    none, ///< nothing: what is behind the last partition stays empty
};

/// What a recipe says of the disk.
struct DiskWish {
    std::optional<std::int64_t> size_bytes; ///< of whole sectors; absent: as the source has it
    DiskGrow grow = DiskGrow::root;

    bool operator==(const DiskWish &) const = default;
};

/// What is made larger, from the outside to the inside.
enum class GrownPart { partition, physical_volume, logical_volume, filesystem };

struct DiskGrowth {
    DiskWish wish;
    /// change, unchanged, or unknown: nobody has looked yet, and of the rest only the wish counts.
    StepState state = StepState::unknown;
    std::int64_t before_bytes = 0; ///< of the source's disk
    std::int64_t after_bytes = 0;  ///< of the result's, never less
    int partition = 0;             ///< the number of the root's; 0: the root has the whole disk
    std::string filesystem;        ///< of the root; empty where it stays as it is
    std::string logical_volume;    ///< /dev/GROUP/NAME, where the root is in one
    std::vector<GrownPart> grows;

    bool operator==(const DiskGrowth &) const = default;
};

} // namespace retouch
