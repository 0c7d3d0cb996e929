// Image file: the format by magic bytes; what is inside is for qcow2_file and raw_disk.
// The table below serves good errors only: what is in none of them must prove to be a raw disk.
// Nothing is executed and nothing is written.

#include "store/image_file.hpp"

#include "base/text.hpp"
#include "store/qcow2_file.hpp"
#include "store/raw_disk.hpp"
#include "store/used_data.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace retouch::store {

namespace {

constexpr std::size_t k_prefix = std::size_t{64} * 1024;
constexpr std::string_view k_qcow_magic("QFI\xfb", 4);
constexpr std::uint64_t k_vhd_footer = 512;
constexpr std::string_view k_convert = "convert it first: qemu-img convert -O raw FILE NEW";

/// A kind of file that is not taken, recognised by bytes at a fixed place.
struct Foreign {
    std::size_t offset;
    std::string_view magic;
    std::string_view what;
    std::string_view hint;
};

constexpr Foreign k_foreign[] = {
    {0, "KDMV", "is a VMDK image", k_convert},
    {0, "COWD", "is a VMDK image", k_convert},
    {0, "# Disk DescriptorFile", "is a VMDK descriptor", k_convert},
    {64, "\x7f\x10\xda\xbe", "is a VDI image", k_convert},
    {0, "vhdxfile", "is a VHDX image", k_convert},
    {0, "conectix", "is a VHD (VPC) image", k_convert},
    {0, {"QED\0", 4}, "is a QED image", k_convert},
    {0, "WithoutFreeSpace", "is a Parallels image", k_convert},
    {0, "WithouFreSpacExt", "is a Parallels image", k_convert},
    {257, "ustar", "is a tar archive", "unpack it first; an OVA holds the disk as a .vmdk file"},
    {0, "\x1f\x8b", "is compressed with gzip", "decompress it first: gunzip FILE"},
    {0, "\xfd\x37zXZ", "is compressed with xz", "decompress it first: unxz FILE"},
    {0, "\x28\xb5\x2f\xfd", "is compressed with zstd", "decompress it first: unzstd FILE"},
    {0, "BZh", "is compressed with bzip2", "decompress it first: bunzip2 FILE"},
    {0, "PK\x03\x04", "is a zip archive", "unpack it first: unzip FILE"},
    {0, "LUKS\xba\xbe", "is an encrypted disk (LUKS)", "import an unencrypted copy"},
};

const Foreign *find_foreign(std::string_view prefix) {
    const auto found = std::ranges::find_if(k_foreign, [&](const Foreign &foreign) {
        return prefix.size() >= foreign.offset &&
               prefix.substr(foreign.offset).starts_with(foreign.magic);
    });
    return found == std::end(k_foreign) ? nullptr : found;
}

void refuse_foreign(int fd, std::string_view prefix, const std::filesystem::path &path) {
    if (const Foreign *foreign = find_foreign(prefix))
        throw image_error(path, foreign->what, std::string(foreign->hint));
    // A fixed-size VHD is a raw disk with a footer behind it.
    const std::uint64_t size = file_size(fd, path);
    std::string footer(k_vhd_footer, '\0');
    if (size > k_vhd_footer && read_at(fd, size - k_vhd_footer, footer, path) == k_vhd_footer &&
        footer.starts_with("conectix"))
        throw image_error(path, "is a VHD (VPC) image", std::string(k_convert));
}

} // namespace

std::string_view kind_of_foreign_bytes(std::string_view prefix) {
    constexpr std::size_t iso_at = 32769;
    if (prefix.starts_with(k_qcow_magic))
        return "is a qcow2 image";
    if (prefix.size() > iso_at && prefix.substr(iso_at).starts_with("CD001"))
        return "is an ISO image";
    const Foreign *foreign = find_foreign(prefix);
    return foreign == nullptr ? std::string_view() : foreign->what;
}

ImageFile probe_image(int fd, const std::filesystem::path &path) {
    std::string prefix(k_prefix, '\0');
    prefix.resize(read_at(fd, 0, prefix, path));
    if (prefix.empty())
        throw image_error(path, "is empty", "fetch it again");
    refuse_foreign(fd, prefix, path);
    if (prefix.starts_with(k_qcow_magic)) {
        const Qcow2File file = read_qcow2(fd, path);
        check_qcow2_tables(fd, file, path);
        return {.format = "qcow2", .virtual_size_bytes = file.virtual_size_bytes};
    }
    check_raw_disk(fd, path);
    return {.format = "raw", .virtual_size_bytes = static_cast<std::int64_t>(file_size(fd, path))};
}

Error image_error(const std::filesystem::path &path, std::string_view what, std::string hint) {
    return {ErrorKind::invalid, fmt::format("{} {}", base::escape(path.string()), what),
            std::move(hint)};
}

Error truncated_image(const std::filesystem::path &path, std::string_view what) {
    return image_error(path, fmt::format("is truncated: {}", what),
                       "fetch it again and compare its size and checksum with what its publisher "
                       "states");
}

} // namespace retouch::store
