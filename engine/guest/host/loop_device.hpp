#pragma once
// LoopDevice: a part of a file as a block device, which the kernel takes away by itself when its
// last user is gone, so nothing stays after any death of ours.

#include "base/file.hpp"

#include <cstdint>
#include <filesystem>

namespace retouch::guest {

/// Its number has two digits or more: see k_first_number.
class LoopDevice {
  public:
    /// Bytes `offset` to `offset + size` of `file`. Throws Error.
    LoopDevice(const std::filesystem::path &file, std::uint64_t offset, std::uint64_t size);
    ~LoopDevice();
    LoopDevice(LoopDevice &&) noexcept = default;
    LoopDevice &operator=(LoopDevice &&) = delete;
    LoopDevice(const LoopDevice &) = delete;
    LoopDevice &operator=(const LoopDevice &) = delete;

    [[nodiscard]] const std::filesystem::path &path() const { return path_; }

    /// Written through it since it was made, as the kernel counts: each time the same place is
    /// written, and what is discarded not at all. Final after finish(). Throws Error.
    [[nodiscard]] std::uint64_t bytes_written() const;

    /// Flushes and detaches; nothing may be mounted from it. Throws Error when data was lost.
    void finish();

  private:
    std::filesystem::path path_;
    base::UniqueFd device_;
    std::uint64_t earlier_ = 0; ///< what those before us wrote through the same device
    std::uint64_t written_ = 0; ///< final
};

} // namespace retouch::guest
