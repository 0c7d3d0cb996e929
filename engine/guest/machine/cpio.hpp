#pragma once
// Cpio: an archive in the "newc" form, which a kernel unpacks as its first filesystem. It only
// writes. Source of the form: Documentation/driver-api/early-userspace/buffer-format.rst of Linux.

#include <cstdint>
#include <string>
#include <string_view>

namespace retouch::guest {

/// Names are relative, without a leading slash; a directory comes before what is in it. Everything
/// belongs to root and has no time, so that the same contents are the same bytes.
class Cpio {
  public:
    void add_directory(std::string_view name, std::uint32_t mode);
    void add_file(std::string_view name, std::uint32_t mode, std::string_view bytes);

    /// The whole archive. Nothing may be added afterwards.
    [[nodiscard]] std::string finish();

  private:
    void add(std::string_view name, std::uint32_t mode, std::string_view bytes);

    std::string bytes_;
    std::uint32_t inode_ = 0;
};

} // namespace retouch::guest
