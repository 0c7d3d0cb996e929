#pragma once
// LoopDevice: a part of a file as a block device, which the kernel takes away by itself when its
// last user is gone, so nothing stays after any death of ours.

#include "base/file.hpp"

#include <cstdint>
#include <filesystem>

namespace retouch {

class LoopDevice {
  public:
    /// Bytes `offset` to `offset + size` of `file`. Throws Error.
    LoopDevice(const std::filesystem::path &file, std::uint64_t offset, std::uint64_t size,
               bool read_only);
    ~LoopDevice();
    LoopDevice(LoopDevice &&) noexcept = default;
    LoopDevice &operator=(LoopDevice &&) = delete;
    LoopDevice(const LoopDevice &) = delete;
    LoopDevice &operator=(const LoopDevice &) = delete;

    [[nodiscard]] const std::filesystem::path &path() const { return path_; }

    /// Flushes and detaches; nothing may be mounted from it. Throws Error when data was lost.
    void finish();

  private:
    std::filesystem::path path_;
    UniqueFd device_;
};

} // namespace retouch
