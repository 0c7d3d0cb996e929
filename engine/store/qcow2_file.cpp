// qcow2 file: the header of versions 2 and 3 as QEMU's docs/interop/qcow2.txt defines it.
// Bounds follow QEMU's own, so what passes here opens there.
// Tables are in qcow2_tables.cpp.

#include "store/qcow2_file.hpp"

#include "store/byte_order.hpp"
#include "store/image_file.hpp"
#include "store/used_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace retouch::store {

namespace {

constexpr std::size_t k_version_2_header = 72;
constexpr std::size_t k_version_3_header = 104;
constexpr std::uint64_t k_largest_disk = std::uint64_t{64} << 40U; ///< 64 TiB
constexpr std::uint64_t k_largest_l1 = std::uint64_t{32} << 20U;   ///< bytes, as in QEMU
constexpr std::uint64_t k_sector = 512;

constexpr std::uint64_t k_corrupt = 1U << 1U;
constexpr std::uint64_t k_external_data = 1U << 2U;
constexpr std::uint64_t k_extended_l2 = 1U << 4U;
/// Dirty, corrupt, external data, compression type, extended L2.
constexpr std::uint64_t k_known_features = 0x1f;

constexpr const char *k_self_contained =
    "make it self-contained first: qemu-img convert -O qcow2 FILE NEW";
constexpr const char *k_rewrite = "rewrite it first: qemu-img convert -O qcow2 FILE NEW";

/// The header's fields by name; each read is of a fixed place inside `bytes`.
struct Header {
    std::string bytes; ///< at least the version 2 header, padded to that of version 3

    [[nodiscard]] std::uint64_t u32(std::size_t offset) const {
        return big_endian(bytes, offset, 4);
    }

    [[nodiscard]] std::uint64_t u64(std::size_t offset) const {
        return big_endian(bytes, offset, 8);
    }

    [[nodiscard]] std::uint64_t version() const { return u32(4); }

    [[nodiscard]] bool has_backing_file() const { return u64(8) != 0 || u32(16) != 0; }

    [[nodiscard]] std::uint64_t cluster_bits() const { return u32(20); }

    [[nodiscard]] std::uint64_t size() const { return u64(24); }

    [[nodiscard]] std::uint64_t encryption() const { return u32(32); }

    [[nodiscard]] std::uint64_t l1_entries() const { return u32(36); }

    [[nodiscard]] std::uint64_t l1_offset() const { return u64(40); }

    [[nodiscard]] std::uint64_t refcount_offset() const { return u64(48); }

    [[nodiscard]] std::uint64_t refcount_clusters() const { return u32(56); }

    [[nodiscard]] std::uint64_t snapshots() const { return u32(60); }

    [[nodiscard]] std::uint64_t features() const { return version() >= 3 ? u64(72) : 0; }

    [[nodiscard]] std::uint64_t length() const {
        return version() >= 3 ? u32(100) : k_version_2_header;
    }
};

Header read_header(int fd, const std::filesystem::path &path) {
    Header header{.bytes = std::string(k_version_3_header, '\0')};
    const std::size_t got = read_at(fd, 0, header.bytes, path);
    if (got < k_version_2_header)
        throw truncated_image(path, "it ends within its qcow2 header");
    if (header.version() != 2 && header.version() != 3)
        throw image_error(
            path, fmt::format("is a QCOW image of version {}, not 2 or 3", header.version()),
            k_rewrite);
    if (header.version() == 3 && got < k_version_3_header)
        throw truncated_image(path, "it ends within its qcow2 header");
    return header;
}

/// What would make a reader open another file, ask for a key or misread the image.
void refuse_features(const Header &header, const std::filesystem::path &path) {
    if (header.has_backing_file())
        throw image_error(path, "is a qcow2 image with a backing file", k_self_contained);
    // Published with it, former bytes would stay readable: keys, and what a clean-up removed.
    if (header.snapshots() != 0)
        throw image_error(path, "is a qcow2 image with internal snapshots",
                          "leave them out: qemu-img convert -O qcow2 FILE NEW");
    if (header.encryption() != 0)
        throw image_error(path, "is an encrypted qcow2 image", "import an unencrypted copy");
    if ((header.features() & k_external_data) != 0)
        throw image_error(path, "is a qcow2 image that keeps its data in another file",
                          k_self_contained);
    if ((header.features() & k_corrupt) != 0)
        throw image_error(path, "is a qcow2 image marked as corrupt",
                          "repair a copy of it first: qemu-img check -r all FILE");
    const std::uint64_t unknown = header.features() & ~k_known_features;
    if (unknown != 0)
        throw image_error(
            path, fmt::format("is a qcow2 image with unknown features (bits 0x{:x})", unknown),
            k_rewrite);
}

void require(bool sound, const char *field, const std::filesystem::path &path) {
    if (!sound)
        throw image_error(path,
                          fmt::format("is a damaged qcow2 image: its {} makes no sense", field),
                          "fetch it again, or try to repair a copy: qemu-img check -r all FILE");
}

void check_geometry(const Header &header, const std::filesystem::path &path) {
    require(header.cluster_bits() >= 9 && header.cluster_bits() <= 21, "cluster size", path);
    const std::uint64_t cluster = std::uint64_t{1} << header.cluster_bits();
    require(header.length() >= (header.version() == 3 ? k_version_3_header : k_version_2_header) &&
                header.length() <= cluster,
            "header length", path);
    require(header.size() > 0 && header.size() <= k_largest_disk && header.size() % k_sector == 0,
            "virtual size", path);
    const std::uint64_t entry = (header.features() & k_extended_l2) != 0 ? 16 : 8;
    const std::uint64_t per_table = cluster / entry * cluster;
    require(header.l1_entries() * 8 <= k_largest_l1 &&
                header.l1_entries() >= (header.size() + per_table - 1) / per_table,
            "L1 table size", path);
    require(header.l1_offset() % cluster == 0 && header.l1_offset() >= cluster, "L1 table offset",
            path);
    require(header.refcount_offset() % cluster == 0 && header.refcount_offset() >= cluster,
            "refcount table offset", path);
}

/// They follow the header, each with its type and length, up to one of type 0 (qcow2's
/// specification, "Header extensions").
void check_extensions(const Header &header, int fd, const std::filesystem::path &path) {
    constexpr std::uint64_t words = 8;
    const std::uint64_t cluster = std::uint64_t{1} << header.cluster_bits();
    std::string bytes(words, '\0');
    for (std::uint64_t at = header.length(); at + words <= cluster;) {
        if (read_at(fd, at, bytes, path) < words || big_endian(bytes, 0, 4) == 0)
            return;
        const std::uint64_t length = big_endian(bytes, 4, 4);
        require(length <= cluster - at - words, "header extension", path);
        at += words + (length + words - 1) / words * words;
    }
}

} // namespace

Qcow2File read_qcow2(int fd, const std::filesystem::path &path) {
    const Header header = read_header(fd, path);
    refuse_features(header, path);
    check_geometry(header, path);
    check_extensions(header, fd, path);
    const std::uint64_t size = file_size(fd, path);
    const auto inside = [size](std::uint64_t offset, std::uint64_t length) {
        return offset <= size && length <= size - offset;
    };
    if (!inside(header.l1_offset(), header.l1_entries() * 8))
        throw truncated_image(path, "its L1 table is past the end of the file");
    if (!inside(header.refcount_offset(), header.refcount_clusters() << header.cluster_bits()))
        throw truncated_image(path, "its refcount table is past the end of the file");
    return {.virtual_size_bytes = static_cast<std::int64_t>(header.size()),
            .cluster_bits = static_cast<unsigned>(header.cluster_bits()),
            .l1_offset = header.l1_offset(),
            .l1_entries = header.l1_entries(),
            .l2_entry_size = std::uint64_t{(header.features() & k_extended_l2) != 0 ? 16U : 8U}};
}

} // namespace retouch::store
