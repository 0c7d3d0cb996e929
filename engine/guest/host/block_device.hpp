#pragma once
// BlockDevice: a volume of an image as a device of the kernel this runs under. Where it comes from
// (a part of a file, a partition of a machine's disk) is its maker's business.

#include <cstdint>
#include <filesystem>

namespace retouch::guest {

class BlockDevice {
  public:
    BlockDevice() = default;
    virtual ~BlockDevice() = default;
    BlockDevice(const BlockDevice &) = delete;
    BlockDevice &operator=(const BlockDevice &) = delete;

    [[nodiscard]] virtual const std::filesystem::path &path() const = 0;

    /// Written through it since it was made, as the kernel counts: each time the same place is
    /// written, and what is discarded not at all. Final after finish(). Throws Error.
    [[nodiscard]] virtual std::uint64_t bytes_written() const = 0;

    /// Flushes and lets go; nothing may be mounted from it. Throws Error when data was lost. The
    /// destructor lets go without reporting.
    virtual void finish() = 0;
};

} // namespace retouch::guest
