// qcow2 tables: walks L1 and L2 and checks that what they point at is inside the file.
// It finds a file that was cut off, which a header cannot show. Refcounts are left to QEMU.
// The work is bounded by the file's size: no more tables are read than fit in it.

#include "store/qcow2_file.hpp"

#include "base/interrupt.hpp"
#include "store/byte_order.hpp"
#include "store/image_file.hpp"
#include "store/used_data.hpp"

#include <string>

namespace retouch::store {

namespace {

constexpr std::uint64_t k_offset_mask = 0x00fffffffffffe00;
constexpr std::uint64_t k_compressed = std::uint64_t{1} << 62U;
constexpr std::size_t k_l1_entry = 8;

Error cut_off(const std::filesystem::path &path) {
    return truncated_image(path, "its data continues past the end of the file");
}

/// Where the cluster of an L2 entry starts in the file; 0 when it has none.
std::uint64_t host_offset(std::uint64_t entry, unsigned cluster_bits) {
    if ((entry & k_compressed) == 0)
        return entry & k_offset_mask;
    const unsigned offset_bits = 62 - (cluster_bits - 8);
    return entry & ((std::uint64_t{1} << offset_bits) - 1);
}

/// The last cluster may be short: QEMU does not write what it need not. So a start is checked.
void check_l2_table(std::string_view table, const Qcow2File &file, std::uint64_t size,
                    const std::filesystem::path &path) {
    for (std::size_t at = 0; at < table.size(); at += file.l2_entry_size)
        if (host_offset(big_endian(table, at, 8), file.cluster_bits) >= size)
            throw cut_off(path);
}

} // namespace

void check_qcow2_tables(int fd, const Qcow2File &file, const std::filesystem::path &path) {
    const std::uint64_t size = file_size(fd, path);
    const std::uint64_t cluster = std::uint64_t{1} << file.cluster_bits;
    std::string l1(file.l1_entries * k_l1_entry, '\0');
    if (read_at(fd, file.l1_offset, l1, path) < l1.size())
        throw cut_off(path);
    std::string table(cluster, '\0');
    std::uint64_t tables = 0;
    for (std::size_t at = 0; at < l1.size(); at += k_l1_entry) {
        const std::uint64_t offset = big_endian(l1, at, k_l1_entry) & k_offset_mask;
        if (offset == 0)
            continue;
        base::check_interrupt();
        if (++tables > size / cluster)
            throw image_error(path, "is a damaged qcow2 image: its tables overlap",
                              "fetch it again");
        if (offset % cluster != 0)
            throw image_error(path, "is a damaged qcow2 image: a table is not aligned",
                              "fetch it again");
        if (offset >= size || read_at(fd, offset, table, path) < cluster)
            throw cut_off(path);
        check_l2_table(table, file, size, path);
    }
}

} // namespace retouch::store
