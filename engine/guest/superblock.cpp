// Features that every kernel of the last ten years knows are not told. Sources: the kernel's
// documentation of the ext4 superblock; the XFS Algorithms and Data Structures document.

#include "guest/superblock.hpp"

#include <array>
#include <cstdint>
#include <fmt/format.h>
#include <span>
#include <vector>

namespace retouch::guest {

namespace {

constexpr std::size_t k_ext = 1024; ///< where it begins

struct Feature {
    std::uint32_t bit;
    const char *name; ///< nullptr: known everywhere
};

constexpr std::array k_ext_needed = {
    Feature{0x1, "compression"},  Feature{0x2, nullptr},
    Feature{0x4, nullptr},        Feature{0x8, "journal_dev"},
    Feature{0x10, nullptr},       Feature{0x40, nullptr},
    Feature{0x80, nullptr},       Feature{0x100, "mmp"},
    Feature{0x200, nullptr},      Feature{0x400, "ea_inode"},
    Feature{0x1000, "dirdata"},   Feature{0x2000, "metadata_csum_seed"},
    Feature{0x4000, "large_dir"}, Feature{0x8000, "inline_data"},
    Feature{0x10000, "encrypt"},  Feature{0x20000, "casefold"}};
constexpr std::array k_ext_for_writing = {Feature{0x1, nullptr},
                                          Feature{0x2, nullptr},
                                          Feature{0x8, nullptr},
                                          Feature{0x10, nullptr},
                                          Feature{0x20, nullptr},
                                          Feature{0x40, nullptr},
                                          Feature{0x80, "snapshot"},
                                          Feature{0x100, "quota"},
                                          Feature{0x200, "bigalloc"},
                                          Feature{0x400, nullptr},
                                          Feature{0x1000, "read-only"},
                                          Feature{0x2000, "project"},
                                          Feature{0x4000, "shared_blocks"},
                                          Feature{0x8000, "verity"},
                                          Feature{0x10000, "orphan_present"}};
constexpr std::array k_xfs_needed = {
    Feature{0x1, nullptr},     Feature{0x2, nullptr},        Feature{0x4, nullptr},
    Feature{0x8, "bigtime"},   Feature{0x10, "needsrepair"}, Feature{0x20, "nrext64"},
    Feature{0x40, "exchange"}, Feature{0x80, "parent"},      Feature{0x100, "metadir"}};
constexpr std::array k_xfs_for_writing = {Feature{0x1, nullptr}, Feature{0x2, "rmapbt"},
                                          Feature{0x4, nullptr}, Feature{0x8, "inobtcount"}};

std::uint32_t number_at(std::string_view head, std::size_t offset, std::size_t size, bool is_big) {
    std::uint32_t value = 0;
    for (std::size_t at = 0; at < size; ++at) {
        const std::size_t place = offset + (is_big ? at : size - 1 - at);
        value = value << 8 | static_cast<unsigned char>(head[place]);
    }
    return value;
}

void add_rare(std::uint32_t bits, std::span<const Feature> known, std::vector<std::string> &names) {
    for (std::uint32_t bit = 1; bit != 0; bit <<= 1) {
        if ((bits & bit) == 0)
            continue;
        const char *name = "";
        for (const Feature &feature : known)
            if (feature.bit == bit)
                name = feature.name;
        if (name != nullptr)
            names.push_back(*name != '\0' ? std::string(name) : fmt::format("{:#x}", bit));
    }
}

std::string in_words(const char *type, const std::vector<std::string> &names) {
    if (names.empty())
        return {};
    return fmt::format("the {} feature{} {}", type, names.size() == 1 ? "" : "s",
                       fmt::join(names, ", "));
}

bool is_ext(std::string_view head) {
    return head.size() >= k_superblock_end && number_at(head, k_ext + 0x38, 2, false) == 0xef53;
}

std::uint64_t long_number_at(std::string_view head, std::size_t offset, bool is_big) {
    const std::uint64_t first = number_at(head, offset, 4, is_big);
    const std::uint64_t second = number_at(head, offset + 4, 4, is_big);
    return is_big ? first << 32 | second : second << 32 | first;
}

std::uint64_t ext_size(std::string_view head) {
    constexpr std::uint32_t k_64bit = 0x80;
    constexpr std::uint32_t k_largest_shift = 6; // blocks of 64 KiB
    const std::uint32_t shift = number_at(head, k_ext + 0x18, 4, false);
    const bool is_long = (number_at(head, k_ext + 0x60, 4, false) & k_64bit) != 0;
    const std::uint64_t high = is_long ? number_at(head, k_ext + 0x150, 4, false) : 0;
    const std::uint64_t blocks = high << 32 | number_at(head, k_ext + 0x4, 4, false);
    return shift > k_largest_shift ? 0 : blocks << (10 + shift);
}

std::uint64_t btrfs_size(std::string_view head) {
    constexpr std::size_t k_btrfs = std::size_t{64} * 1024;
    if (head.size() < k_last_superblock_end || head.substr(k_btrfs + 0x40, 8) != "_BHRfS_M" ||
        long_number_at(head, k_btrfs + 0x88, false) != 1)
        return 0;
    return long_number_at(head, k_btrfs + 0x70, false);
}

} // namespace

std::uint64_t filesystem_size(std::string_view head) {
    if (is_ext(head))
        return ext_size(head);
    if (head.size() >= k_superblock_end && head.starts_with("XFSB"))
        return long_number_at(head, 8, true) * number_at(head, 4, 4, true);
    return btrfs_size(head);
}

bool has_noted_errors(std::string_view head) {
    constexpr std::uint32_t k_error = 2;
    return is_ext(head) && (number_at(head, k_ext + 0x3a, 2, false) & k_error) != 0;
}

std::string rare_features(std::string_view head) {
    std::vector<std::string> names;
    if (is_ext(head)) {
        add_rare(number_at(head, k_ext + 0x60, 4, false), k_ext_needed, names);
        add_rare(number_at(head, k_ext + 0x64, 4, false), k_ext_for_writing, names);
        return in_words("ext4", names);
    }
    if (head.size() < k_superblock_end || !head.starts_with("XFSB") ||
        (number_at(head, 100, 2, true) & 0xf) < 5)
        return {};
    add_rare(number_at(head, 216, 4, true), k_xfs_needed, names);
    add_rare(number_at(head, 212, 4, true), k_xfs_for_writing, names);
    return in_words("XFS", names);
}

} // namespace retouch::guest
