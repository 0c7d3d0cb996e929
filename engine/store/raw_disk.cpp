// Raw disk: boot sector, GPT, and the superblocks of what images carry without partitions.
// All numbers are from the file and only ever compared with its size.
// A disk this does not know is refused: a wrong file found now is cheaper than one booted later.

#include "store/raw_disk.hpp"

#include "store/byte_order.hpp"
#include "store/image_file.hpp"
#include "store/used_data.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

namespace retouch::store {

namespace {

constexpr std::uint64_t k_disk_sector = 512;
constexpr std::uint64_t k_smallest_disk = std::uint64_t{1024} * 1024;
constexpr std::size_t k_looked_at = std::size_t{128} * 1024;
constexpr std::uint64_t k_most_partitions = 1024;

/// Where what was recognised ends, in bytes; nullopt when it was not recognised.
using End = std::optional<std::uint64_t>;

constexpr std::uint64_t k_most = std::numeric_limits<std::uint64_t>::max();

/// a + 1, or the largest number when that does not fit.
std::uint64_t after(std::uint64_t a) {
    return a == k_most ? k_most : a + 1;
}

/// a * b, or the largest number when that does not fit.
std::uint64_t product(std::uint64_t a, std::uint64_t b) {
    return b != 0 && a > k_most / b ? k_most : a * b;
}

/// A boot sector; its primary partitions, unless the sector belongs to a FAT or NTFS filesystem,
/// which has code where the table would be.
End boot_sector_end(std::string_view disk) {
    constexpr std::size_t k_table = 446;
    constexpr std::size_t k_entry = 16;
    constexpr std::uint64_t k_protective = 0xee; // covers a GPT, which is checked itself
    if (little_endian(disk, 510, 2) != 0xaa55)
        return std::nullopt;
    if (disk.substr(3, 4) == "NTFS" || disk.substr(54, 3) == "FAT" || disk.substr(82, 3) == "FAT")
        return 0;
    std::uint64_t end = 0;
    for (std::size_t at = k_table; at < k_table + 4 * k_entry; at += k_entry) {
        if ((little_endian(disk, at, 1) & 0x7fU) != 0)
            return 0; // no partition table after all
        const std::uint64_t type = little_endian(disk, at + 4, 1);
        if (type != 0 && type != k_protective)
            end = std::max(end, (little_endian(disk, at + 8, 4) + little_endian(disk, at + 12, 4)) *
                                    k_disk_sector);
    }
    return end;
}

/// The partitions of a GPT whose header is in the second sector of `sector` bytes.
End gpt_end(std::string_view disk, std::size_t sector) {
    if (disk.substr(sector, 8) != "EFI PART")
        return std::nullopt;
    const std::uint64_t table = product(little_endian(disk, sector + 72, 8), sector);
    const std::uint64_t count = std::min(little_endian(disk, sector + 80, 4), k_most_partitions);
    const std::uint64_t size =
        std::clamp<std::uint64_t>(little_endian(disk, sector + 84, 4), 128, sector);
    std::uint64_t end = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        if (table > disk.size() || (i + 1) * size > disk.size() - table)
            break;
        const auto entry = disk.substr(table + i * size, size);
        if (!is_all_zero(entry.substr(0, 16)))
            end = std::max(end, product(after(little_endian(entry, 40, 8)), sector));
    }
    return end;
}

End ext_end(std::string_view disk) {
    constexpr std::size_t k_super = 1024;
    constexpr std::uint64_t k_feature_64bit = 0x80;
    constexpr std::uint64_t k_largest_shift = 6; // blocks of 64 KiB
    if (little_endian(disk, k_super + 56, 2) != 0xef53)
        return std::nullopt;
    std::uint64_t blocks = little_endian(disk, k_super + 4, 4);
    if ((little_endian(disk, k_super + 96, 4) & k_feature_64bit) != 0)
        blocks |= little_endian(disk, k_super + 336, 4) << 32U;
    const std::uint64_t shift = std::min(little_endian(disk, k_super + 24, 4), k_largest_shift);
    return product(blocks, std::uint64_t{1024} << shift);
}

End xfs_end(std::string_view disk) {
    if (!disk.starts_with("XFSB"))
        return std::nullopt;
    return product(big_endian(disk, 8, 8), big_endian(disk, 4, 4));
}

End btrfs_end(std::string_view disk) {
    constexpr std::size_t k_super = std::size_t{64} * 1024;
    if (disk.substr(k_super + 64, 8) != "_BHRfS_M")
        return std::nullopt;
    return little_endian(disk, k_super + 209, 8); // of this device
}

/// A physical volume of LVM; its label is in one of the first four sectors. The label's header
/// holds the device's size.
End lvm_end(std::string_view disk) {
    for (std::size_t at = 0; at < 4 * k_disk_sector; at += k_disk_sector) {
        if (disk.substr(at, 8) != "LABELONE" || disk.substr(at + 24, 8) != "LVM2 001")
            continue;
        const std::uint64_t header = little_endian(disk, at + 20, 4);
        return header + 40 <= k_disk_sector ? End(little_endian(disk, at + header + 32, 8))
                                            : End(0);
    }
    return std::nullopt;
}

} // namespace

void check_raw_disk(int fd, const std::filesystem::path &path) {
    const std::uint64_t size = file_size(fd, path);
    if (size % k_disk_sector != 0)
        throw image_error(
            path,
            "is not a disk image, or a truncated one: its size is not a multiple of 512 "
            "bytes",
            "give a raw or qcow2 disk image; if this is one, fetch it again");
    if (size < k_smallest_disk)
        throw image_error(path, "is not a disk image: it is smaller than 1 MiB",
                          "give a raw or qcow2 disk image");
    std::string disk(k_looked_at, '\0');
    disk.resize(read_at(fd, 0, disk, path));
    const End ends[] = {boot_sector_end(disk), gpt_end(disk, 512), gpt_end(disk, 4096),
                        ext_end(disk),         xfs_end(disk),      btrfs_end(disk),
                        lvm_end(disk)};
    if (std::ranges::none_of(ends, [](const End &end) { return end.has_value(); }))
        throw image_error(path,
                          "is not a disk image: it has neither a partition table nor a known "
                          "filesystem",
                          "give a raw or qcow2 disk image");
    if (std::ranges::any_of(ends, [size](const End &end) { return end.value_or(0) > size; }))
        throw truncated_image(path, "a partition or filesystem continues past its end");
}

} // namespace retouch::store
