// Four things in this order, each in clusters of its own: the header, a refcount table of one
// entry, the refcount block it names, and the L1 table, which is a hole. Clusters are as small as a
// filesystem's blocks, so that a write of one block copies nothing and takes no more than it says.

#include "store/qcow2_overlay.hpp"

#include "store/byte_order.hpp"
#include "store/sparse_copy.hpp"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace retouch::store {

namespace {

constexpr std::uint64_t k_size_unit = 512;
constexpr std::uint64_t k_first_l1_cluster = 3;
constexpr unsigned k_smallest_cluster_bits = 12;
constexpr unsigned k_refcount_order = 4; ///< 16 bits
constexpr std::uint64_t k_header_length = 104;

constexpr std::uint64_t divide_up(std::uint64_t value, std::uint64_t unit) {
    return (value + unit - 1) / unit;
}

struct Layout {
    std::uint64_t virtual_size = 0;
    unsigned cluster_bits = k_smallest_cluster_bits;

    [[nodiscard]] std::uint64_t cluster() const { return std::uint64_t{1} << cluster_bits; }

    [[nodiscard]] std::uint64_t l1_entries() const {
        return divide_up(virtual_size, cluster() / 8 * cluster());
    }

    [[nodiscard]] std::uint64_t clusters() const {
        return k_first_l1_cluster + divide_up(l1_entries() * 8, cluster());
    }
};

/// The smallest clusters with which one refcount block counts all there is.
Layout layout_for(std::uint64_t virtual_size) {
    Layout layout{.virtual_size = divide_up(virtual_size, k_size_unit) * k_size_unit};
    while (layout.clusters() > layout.cluster() / 2)
        ++layout.cluster_bits;
    return layout;
}

std::string header_of(const Layout &layout) {
    std::string bytes = "QFI\xfb";
    const auto put = [&bytes](std::uint64_t value, std::size_t size) {
        append_big_endian(bytes, value, size);
    };
    put(3, 4); // version
    put(0, 8); // no backing file is named,
    put(0, 4); // in no bytes
    put(layout.cluster_bits, 4);
    put(layout.virtual_size, 8);
    put(0, 4); // not encrypted
    put(layout.l1_entries(), 4);
    put(k_first_l1_cluster * layout.cluster(), 8);
    put(layout.cluster(), 8); // where the refcount table is,
    put(1, 4);                // in one cluster
    put(0, 4);                // no snapshots
    put(0, 8);
    put(0, 8); // incompatible features
    put(0, 8); // compatible ones
    put(0, 8); // those that clear themselves
    put(k_refcount_order, 4);
    put(k_header_length, 4);
    put(0, 8); // no extensions
    return bytes;
}

} // namespace

void make_overlay(const NewFile &file, std::int64_t virtual_size) {
    const Layout layout = layout_for(static_cast<std::uint64_t>(virtual_size));
    if (ftruncate(file.fd(), static_cast<off_t>(layout.clusters() * layout.cluster())) != 0)
        throw base::system_error("write", file.path(), errno);
    std::string refcount_table;
    append_big_endian(refcount_table, 2 * layout.cluster(), 8);
    std::string refcounts;
    for (std::uint64_t cluster = 0; cluster < layout.clusters(); ++cluster)
        append_big_endian(refcounts, 1, 2);
    write_used(file, 0, header_of(layout));
    write_used(file, layout.cluster(), refcount_table);
    write_used(file, 2 * layout.cluster(), refcounts);
}

base::UniqueFd make_nameless_overlay(const std::filesystem::path &directory,
                                     std::int64_t virtual_size) {
    const NewFile file(directory / "overlay", 0600);
    make_overlay(file, virtual_size);
    base::UniqueFd held(fcntl(file.fd(), F_DUPFD_CLOEXEC, 0));
    if (!held)
        throw base::system_error("open", file.path(), errno);
    return held;
}

} // namespace retouch::store
