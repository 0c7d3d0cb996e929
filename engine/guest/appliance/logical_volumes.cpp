// Asked for all volumes at once, so that no name of the image is in a command.

#include "guest/appliance/logical_volumes.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>

namespace retouch::guest {

namespace {

constexpr const char *k_tell_volumes =
    "lvm lvs --noheadings --units b --nosuffix --separator '|' -o "
    "vg_name,lv_name,lv_attr,lv_layout,lv_size,vg_free,vg_extent_size";
constexpr const char *k_tell_groups =
    "lvm pvs --noheadings --units b --nosuffix --separator '|' -o pv_name,vg_name,pv_size";

/// The largest rest that is not worth a change, without what no extent fits in.
constexpr std::uint64_t k_physical_rest = std::uint64_t{16} << 20;

using Row = std::vector<std::string>;

std::vector<Row> rows_of(const std::string &said, std::size_t columns) {
    std::vector<Row> rows;
    for (const std::string &line : base::split_lines(said)) {
        Row row;
        std::string_view rest = base::trim(line);
        while (row.size() + 1 < columns && rest.find('|') != rest.npos) {
            row.emplace_back(rest.substr(0, rest.find('|')));
            rest.remove_prefix(row.back().size() + 1);
        }
        row.emplace_back(rest);
        if (row.size() == columns)
            rows.push_back(std::move(row));
    }
    return rows;
}

std::uint64_t amount(const std::string &text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// nullptr when it is not among them.
const Row *row_of(const std::vector<Row> &volumes, const std::string &device) {
    const auto found = std::ranges::find_if(volumes, [&](const Row &row) {
        return fmt::format("/dev/{}/{}", row[0], row[1]) == device;
    });
    return found == volumes.end() ? nullptr : &*found;
}

/// The shell may know the image's disk by another name than libguestfs does; no other has physical
/// volumes.
bool lies_on(const Row &row, const Volume &partition) {
    constexpr std::string_view disk = "/dev/sda";
    const std::string_view name = row[0];
    return name.starts_with("/dev/sd") && partition.device.starts_with(disk) &&
           name.substr(std::min(disk.size(), name.size())) ==
               std::string_view(partition.device).substr(disk.size());
}

struct PhysicalVolume {
    const Volume *partition = nullptr;
    std::uint64_t size = 0; ///< bytes that are used
};

/// Of the group; where there are several, the one that is last on the disk.
PhysicalVolume physical_volume_of(const std::string &group, const std::vector<Row> &physical,
                                  const std::vector<Volume> &partitions) {
    PhysicalVolume found;
    for (const Row &row : physical)
        for (const Volume &partition : partitions)
            if (row[1] == group && lies_on(row, partition) &&
                (found.partition == nullptr || found.partition->offset < partition.offset))
                found = {&partition, amount(row[2])};
    return found;
}

} // namespace

void add_logical_volume(const Handle &handle, const std::string &device,
                        const std::vector<Volume> &partitions, DiskLayout &layout) {
    const std::vector<Row> volumes = rows_of(ask_shell(handle, k_tell_volumes), 7);
    const Row *row = row_of(volumes, device);
    if (row == nullptr)
        return;
    layout.logical_volume = device;
    layout.volume_size = amount((*row)[4]);
    if ((*row)[2].empty() || (*row)[2].front() != '-' || (*row)[3] != "linear")
        layout.obstacle =
            fmt::format("the logical volume {} is not a plain one", base::escape(device));
    const std::vector<Row> physical = rows_of(ask_shell(handle, k_tell_groups), 3);
    const PhysicalVolume below = physical_volume_of((*row)[0], physical, partitions);
    if (below.partition == nullptr) {
        layout.obstacle =
            fmt::format("the volume group of {} lies on no partition", base::escape(device));
        return;
    }
    layout.root = below.partition->number;
    const std::uint64_t extent = amount((*row)[6]);
    const std::uint64_t free = amount((*row)[5]);
    layout.group_rest = free < extent ? 0 : free;
    const std::uint64_t most = below.partition->size;
    if (most > below.size && most - below.size >= k_physical_rest + extent)
        layout.physical_rest = most - below.size;
}

} // namespace retouch::guest
