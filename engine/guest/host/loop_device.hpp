#pragma once
// LoopDevice: a part of a file as a block device, which the kernel takes away by itself when its
// last user is gone, so nothing stays after any death of ours.

#include "base/file.hpp"
#include "guest/host/block_device.hpp"

#include <cstdint>
#include <filesystem>

namespace retouch::guest {

/// Its number has two digits or more: see k_first_number.
class LoopDevice final : public BlockDevice {
  public:
    /// Bytes `offset` to `offset + size` of `file`. Throws Error.
    LoopDevice(const std::filesystem::path &file, std::uint64_t offset, std::uint64_t size);
    ~LoopDevice() override;
    LoopDevice(const LoopDevice &) = delete;
    LoopDevice &operator=(const LoopDevice &) = delete;

    [[nodiscard]] const std::filesystem::path &path() const override { return path_; }

    [[nodiscard]] std::uint64_t bytes_written() const override;
    void finish() override;

  private:
    std::filesystem::path path_;
    base::UniqueFd device_;
    std::uint64_t earlier_ = 0; ///< what those before us wrote through the same device
    std::uint64_t written_ = 0; ///< final
};

} // namespace retouch::guest
