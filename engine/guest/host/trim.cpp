// The kernel does not stop for signals within a piece. btrfs goes by other numbers than those of
// its disk, and gives back in each call all that belongs to none of its parts: it gets one piece.

#include "guest/host/trim.hpp"

#include "base/file.hpp"
#include "base/interrupt.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <limits>
#include <linux/fs.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>

namespace retouch::guest {

namespace {

constexpr const char *k_what = "a filesystem of the image";

/// False where it cannot be done.
bool trim_piece(int fd, std::uint64_t start, std::uint64_t length) {
    fstrim_range range{};
    range.start = start;
    range.len = length;
    if (ioctl(fd, FITRIM, &range) == 0)
        return true;
    // EINVAL: behind the last block, or too small.
    if (errno == ENOTTY || errno == EOPNOTSUPP || errno == EINVAL)
        return false;
    throw base::system_error("give back unused blocks of", k_what, errno);
}

} // namespace

void trim_filesystem(int fd) {
    constexpr std::uint64_t k_trim_piece = std::uint64_t{1} << 30;
    constexpr std::uint64_t k_rest = std::numeric_limits<std::uint64_t>::max();

    struct statfs filesystem {};

    if (fstatfs(fd, &filesystem) != 0)
        throw base::system_error("look at", k_what, errno);
    const auto is_btrfs = static_cast<std::uint64_t>(filesystem.f_type) == BTRFS_SUPER_MAGIC;
    const std::uint64_t size = is_btrfs ? 0
                                        : static_cast<std::uint64_t>(filesystem.f_blocks) *
                                              static_cast<std::uint64_t>(filesystem.f_bsize);
    for (std::uint64_t start = 0;; start += k_trim_piece) {
        base::check_interrupt();
        const bool is_last = size - std::min(size, start) <= k_trim_piece;
        if (!trim_piece(fd, start, is_last ? k_rest - start : k_trim_piece) || is_last)
            return;
    }
}

} // namespace retouch::guest
