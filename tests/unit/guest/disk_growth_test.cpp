// What a wish for the disk means on disks of all kinds, told from values alone.

#include "guest/disk_growth.hpp"

#include "guest/disk_layout.hpp"
#include "guest/partition_table.hpp"
#include "guest/superblock.hpp"
#include "retouch/error.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace retouch;

namespace {

constexpr std::int64_t k_gib = std::int64_t{1} << 30;
constexpr std::uint64_t k_mib = std::uint64_t{1} << 20;

/// A disk of 2 GiB whose last partition, 1, has the root; 15 lies before it.
DiskLayout cloud_disk() {
    DiskLayout layout;
    layout.table = "gpt";
    layout.partitions = {{1, 128 * k_mib, 2047 * k_mib - 128 * k_mib, "ext4"},
                         {15, k_mib, 127 * k_mib, "EFI system partition"}};
    layout.root = 1;
    layout.filesystem = "ext4";
    layout.volume_size = layout.partitions[0].size;
    layout.filesystem_size = layout.volume_size;
    return layout;
}

DiskLayout logical_disk() {
    DiskLayout layout = cloud_disk();
    layout.logical_volume = "/dev/vg/root";
    layout.volume_size = layout.filesystem_size = 1024 * k_mib;
    return layout;
}

DiskLayout whole_disk() {
    DiskLayout layout;
    layout.filesystem = "xfs";
    layout.volume_size = layout.filesystem_size = 2 * k_gib;
    return layout;
}

DiskGrowth grown(const DiskLayout &layout, std::optional<std::int64_t> size) {
    return guest::foreseen_growth({size, DiskGrow::root}, 2 * k_gib, layout);
}

std::string refusal(const DiskLayout &layout, std::optional<std::int64_t> size = 20 * k_gib) {
    try {
        static_cast<void>(grown(layout, size));
    } catch (const Error &error) {
        CHECK(error.kind() == ErrorKind::refused);
        return std::string(error.what()) + "\n" + error.hint();
    }
    return "none";
}

using Parts = std::vector<GrownPart>;

const Parts k_through_lvm = {GrownPart::partition, GrownPart::physical_volume,
                             GrownPart::logical_volume, GrownPart::filesystem};

void put(std::string &bytes, std::size_t offset, std::uint64_t value, std::size_t size, bool big) {
    for (std::size_t at = 0; at < size; ++at)
        bytes[offset + (big ? size - 1 - at : at)] = static_cast<char>(value >> (8 * at) & 0xff);
}

} // namespace

TEST_CASE("disk growth: a larger disk grows all that holds the root") {
    const DiskGrowth growth = grown(cloud_disk(), 20 * k_gib);
    CHECK(growth.state == StepState::change);
    CHECK(growth.before_bytes == 2 * k_gib);
    CHECK(growth.after_bytes == 20 * k_gib);
    CHECK(growth.partition == 1);
    CHECK(growth.filesystem == "ext4");
    CHECK(growth.grows == Parts{GrownPart::partition, GrownPart::filesystem});
    CHECK(grown(logical_disk(), 20 * k_gib).grows == k_through_lvm);
    CHECK(grown(logical_disk(), 20 * k_gib).logical_volume == "/dev/vg/root");
    CHECK(grown(whole_disk(), 20 * k_gib).grows == Parts{GrownPart::filesystem});
}

TEST_CASE("disk growth: what is full already stays, with the rests that tools leave") {
    for (const auto size : {std::optional<std::int64_t>{}, std::optional(2 * k_gib)}) {
        CHECK(grown(cloud_disk(), size).state == StepState::unchanged);
        CHECK(grown(logical_disk(), size).state == StepState::unchanged);
        CHECK(grown(whole_disk(), size).state == StepState::unchanged);
    }
    DiskLayout layout = cloud_disk();
    layout.filesystem_size -= 15 * k_mib;
    CHECK(grown(layout, {}).grows.empty());
    layout.filesystem_size -= k_mib;
    CHECK(grown(layout, {}).grows == Parts{GrownPart::filesystem});
    layout = cloud_disk();
    layout.partitions[0].size -= k_mib;
    CHECK(grown(layout, {}).grows == Parts{GrownPart::partition, GrownPart::filesystem});
}

TEST_CASE("disk growth: room inside of LVM is used from where it is") {
    DiskLayout layout = logical_disk();
    layout.group_rest = 4 * k_mib;
    CHECK(grown(layout, {}).grows == Parts{GrownPart::logical_volume, GrownPart::filesystem});
    layout.physical_rest = 32 * k_mib;
    CHECK(grown(layout, {}).grows ==
          Parts{GrownPart::physical_volume, GrownPart::logical_volume, GrownPart::filesystem});
}

TEST_CASE("disk growth: a disk is never made smaller") {
    CHECK(refusal(cloud_disk(), k_gib) ==
          "a disk is never made smaller: 'disk.size' is 1.0 GiB (1073741824 bytes), but the "
          "source's disk has 2.0 GiB (2147483648 bytes)\n"
          "ask for at least as much, or leave 'size' out");
    CHECK_THROWS_AS(guest::foreseen_growth({k_gib, DiskGrow::none}, 2 * k_gib, std::nullopt),
                    Error);
}

TEST_CASE("disk growth: nothing but the disk grows where that is asked for") {
    const DiskWish wish{3 * k_gib, DiskGrow::none};
    DiskLayout windows = cloud_disk();
    windows.filesystem = "ntfs";
    const DiskGrowth growth = guest::foreseen_growth(wish, 2 * k_gib, windows);
    CHECK(growth == guest::foreseen_growth(wish, 2 * k_gib, std::nullopt));
    CHECK(growth.state == StepState::change);
    CHECK(growth.grows.empty());
    CHECK(guest::foreseen_growth(wish, 3 * k_gib, {}).state == StepState::unchanged);
    CHECK(guest::foreseen_growth({3 * k_gib, DiskGrow::root}, 2 * k_gib, {}).state ==
          StepState::unknown);
}

TEST_CASE("disk growth: a root that is not last is refused with what stands behind it") {
    DiskLayout layout = cloud_disk();
    layout.partitions.push_back({2, 2047 * k_mib, k_mib / 2, "swap"});
    CHECK(refusal(layout) ==
          "the root cannot be grown: it is on partition 1, and partition 2 (swap) stands behind "
          "it\nuse a source whose last partition has the root, or write 'grow: none' to leave the "
          "partitions as they are");
    layout.partitions.back().what = "recovery partition";
    layout.filesystem = "ntfs";
    CHECK_THAT(refusal(layout), Catch::Contains("partition 2 (recovery partition) stands behind"));
}

TEST_CASE("disk growth: what cannot be grown is refused with the reason") {
    const auto with = [](const auto &change) {
        DiskLayout layout = cloud_disk();
        change(layout);
        return refusal(layout);
    };
    const std::string or_none = "\nwrite 'grow: none' to leave the partitions as they are";
    CHECK(with([](DiskLayout &layout) { layout.filesystem = "ntfs"; }) ==
          "the root cannot be grown: it has an ntfs filesystem\n"
          "write 'grow: none': cloudbase-init grows it at first boot");
    CHECK(with([](DiskLayout &layout) { layout.filesystem = "vfat"; }) ==
          "the root cannot be grown: a filesystem of the type 'vfat' is not grown" + or_none);
    CHECK(with([](DiskLayout &layout) {
              layout.filesystem = "btrfs";
              layout.filesystem_size = 0;
          }) ==
          "the root cannot be grown: its btrfs filesystem lies on more than one volume" + or_none);
    CHECK(with([](DiskLayout &layout) { layout.table.clear(); }) ==
          "the root cannot be grown: its partition table is neither a GPT nor an MBR" + or_none);
    CHECK(with([](DiskLayout &layout) {
              layout.table = "dos";
              layout.root = layout.partitions[0].number = 5;
          }) ==
          "the root cannot be grown: its partition 5 is inside of an extended partition" + or_none);
    CHECK(with([](DiskLayout &layout) { layout.root = -1; }) ==
          "the root cannot be grown: what it lies on is neither a partition nor a logical volume" +
              or_none);
    CHECK(with([](DiskLayout &layout) { layout.obstacle = "so it is"; }) ==
          "the root cannot be grown: so it is" + or_none);
    DiskLayout mbr = cloud_disk();
    mbr.table = "dos";
    CHECK(grown(mbr, 2048 * k_gib).state == StepState::change);
    CHECK(refusal(mbr, 2049 * k_gib) ==
          "the root cannot be grown: an MBR knows no more than 2 TiB of a disk\nask for less, use "
          "a source with a GPT, or write 'grow: none' to leave the partitions as they are");
}

TEST_CASE("disk growth: a GPT keeps the end of the disk for itself") {
    CHECK(guest::end_of_room("dos", 2 * k_gib) == 2 * k_gib);
    CHECK(guest::end_of_room("gpt", 2 * k_gib) == 2 * k_gib - 5 * 4096);
    CHECK(guest::end_of_room("gpt", 512) == 0);
}

TEST_CASE("partition table: where the room for partitions ends") {
    CHECK(guest::end_of_usable_sectors(R"({"partitiontable": {"lastlba": 522240}})") == 522241);
    CHECK(guest::end_of_usable_sectors(R"({"partitiontable": {"label": "dos"}})") == 0);
    CHECK_THROWS_AS(guest::end_of_usable_sectors(R"({"partitiontable": {"lastlba": -1}})"), Error);
    CHECK_THROWS_AS(guest::end_of_usable_sectors("{}"), Error);
}

TEST_CASE("disk layout: the root's partition, and words for the others") {
    const std::string table =
        R"({"partitiontable": {"label": "gpt", "id": "A", "device": "/dev/sda",
        "partitions": [
            {"node": "/dev/sda1", "start": 2048, "size": 100,
             "type": "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", "uuid": "B"},
            {"node": "/dev/sda2", "start": 4096, "size": 200,
             "type": "0FC63DAF-8483-4772-8E79-3D69D8477DE4", "uuid": "C"}]}})";
    std::vector<guest::Volume> volumes = guest::read_partition_table(table, 4 * k_mib);
    volumes[1].filesystem = "ext4";
    const DiskLayout layout = guest::disk_layout(volumes, {"/", "/dev/sda2", "ext4"}, "");
    CHECK(layout.table == "gpt");
    CHECK(layout.root == 2);
    CHECK(layout.volume_size == 200 * 512);
    CHECK(layout.filesystem_size == 0);
    REQUIRE(layout.partitions.size() == 2);
    CHECK(layout.partitions[0] == DiskPartition{1, k_mib, 100 * 512, "EFI system partition"});
    CHECK(layout.partitions[1] == DiskPartition{2, 2 * k_mib, 200 * 512, "ext4"});
    CHECK(guest::disk_layout(volumes, {"/", "/dev/vg/root", "ext4"}, "").root == -1);
}

TEST_CASE("superblock: the size a filesystem has by its own account") {
    std::string head(guest::k_last_superblock_end, '\0');
    CHECK(guest::filesystem_size(head) == 0);
    CHECK(guest::filesystem_size("") == 0);
    std::string ext = head;
    put(ext, 1024 + 0x38, 0xef53, 2, false);
    put(ext, 1024 + 0x4, 1000, 4, false);
    put(ext, 1024 + 0x18, 2, 4, false);
    put(ext, 1024 + 0x150, 1, 4, false);
    CHECK(guest::filesystem_size(ext) == 1000 * 4096);
    put(ext, 1024 + 0x60, 0x80, 4, false); // 64 bit
    CHECK(guest::filesystem_size(ext) == ((std::uint64_t{1} << 32) + 1000) * 4096);
    put(ext, 1024 + 0x18, 60, 4, false);
    CHECK(guest::filesystem_size(ext) == 0);
    std::string xfs = head;
    xfs.replace(0, 4, "XFSB");
    put(xfs, 4, 4096, 4, true);
    put(xfs, 8, 77, 8, true);
    CHECK(guest::filesystem_size(xfs) == 77 * 4096);
    std::string btrfs = head;
    btrfs.replace(65536 + 0x40, 8, "_BHRfS_M");
    put(btrfs, 65536 + 0x70, 123456, 8, false);
    put(btrfs, 65536 + 0x88, 1, 8, false);
    CHECK(guest::filesystem_size(btrfs) == 123456);
    put(btrfs, 65536 + 0x88, 2, 8, false);
    CHECK(guest::filesystem_size(btrfs) == 0);
}
