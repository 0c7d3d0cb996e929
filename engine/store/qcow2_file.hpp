#pragma once
// qcow2 file: the header and tables of a qcow2 file, read by us alone with every field bounded, so
// that nothing that opens other files or hurts a reader gets in. It does not read the disk inside.

#include <cstdint>
#include <filesystem>

namespace retouch::store {

struct Qcow2File {
    std::int64_t virtual_size_bytes = 0;
    unsigned cluster_bits = 0; ///< 9 to 21
    std::uint64_t l1_offset = 0;
    std::uint64_t l1_entries = 0;
    std::uint64_t l2_entry_size = 8; ///< 16 with subclusters
};

/// Reads and checks the header. Throws Error: invalid when the file is truncated or damaged, has a
/// backing or data file, is encrypted, or uses features unknown to us.
[[nodiscard]] Qcow2File read_qcow2(int fd, const std::filesystem::path &path);

/// Checks that every table and cluster starts inside the file. Costs the tables' size.
/// Throws Error: invalid when it is truncated or damaged. Interruptible.
void check_qcow2_tables(int fd, const Qcow2File &file, const std::filesystem::path &path);

} // namespace retouch::store
