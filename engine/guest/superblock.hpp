#pragma once
// Superblock: what an ext or XFS superblock says that decides whether a kernel can mount it. It
// reads bytes of an image and believes nothing else of them.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace retouch::guest {

/// Where a volume's superblock ends.
inline constexpr std::size_t k_superblock_end = 4096;

/// The features a kernel may lack, in words: "the ext4 features quota, 0x40000000"; empty when it
/// has none, or is of another type. `head`: the volume's first k_superblock_end bytes.
[[nodiscard]] std::string rare_features(std::string_view head);

/// Where the last superblock ends that filesystem_size() knows: of btrfs.
inline constexpr std::size_t k_last_superblock_end = std::size_t{68} * 1024;

/// How many bytes of its volume an ext, XFS or btrfs filesystem fills; 0: another type, or one that
/// lies on several volumes. `head`: the volume's first k_last_superblock_end bytes.
[[nodiscard]] std::uint64_t filesystem_size(std::string_view head);

/// True for an ext filesystem in which a kernel found errors that nobody has fixed. `head` as
/// above.
[[nodiscard]] bool has_noted_errors(std::string_view head);

} // namespace retouch::guest
