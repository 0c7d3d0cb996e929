#pragma once
// Partition: a part of the machine's disk, or the whole, as a device its kernel has made already.

#include "guest/host/block_device.hpp"
#include "guest/volume.hpp"

#include <filesystem>

namespace retouch::guest {

class Partition final : public BlockDevice {
  public:
    /// Throws Error: refused when the kernel sees another partition of that number, or none.
    explicit Partition(const Volume &volume);

    [[nodiscard]] const std::filesystem::path &path() const override { return path_; }

    /// It is counted where the disk is served.
    [[nodiscard]] std::uint64_t bytes_written() const override { return 0; }

    void finish() override;

  private:
    std::filesystem::path path_;
};

} // namespace retouch::guest
