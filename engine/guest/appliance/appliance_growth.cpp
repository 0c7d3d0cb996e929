// The image's disk is the first one of the appliance. Logical volumes are closed while the table is
// written, or the kernel would go on with the old one.

#include "guest/appliance/appliance_growth.hpp"

#include "base/interrupt.hpp"
#include "guest/appliance/appliance_guest.hpp"
#include "guest/appliance/appliance_volumes.hpp"
#include "guest/disk_growth.hpp"
#include "guest/partition_table.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace retouch::guest {

namespace {

constexpr int k_whole = 100; ///< percent

/// libguestfs does not come with all of its tools.
void require_tool(const Handle &handle, const char *feature, const char *package) {
    std::string name = feature;
    const std::array<char *, 2> names = {name.data(), nullptr};
    if (guestfs_feature_available(handle.get(), names.data()) != 1)
        throw Error(
            ErrorKind::unavailable,
            fmt::format("libguestfs' appliance cannot grow this image: it has no {}", feature),
            fmt::format("install the package {}", package));
}

class Growing {
  public:
    Growing(const Handle &handle, const GrowingRoot &root, const DiskGrowth &growth)
        : handle_(handle), root_(root), growth_(growth), disk_(first_disk(handle)) {}

    void run() const {
        const bool has_table = root_.layout.root > 0;
        if (has_table &&
            (grows(GrownPart::partition) || growth_.after_bytes > growth_.before_bytes))
            grow_table();
        if (grows(GrownPart::physical_volume))
            check(guestfs_pvresize(g(), partition().c_str()), "grow the physical volume");
        if (grows(GrownPart::logical_volume))
            check(guestfs_lvresize_free(g(), growth_.logical_volume.c_str(), k_whole),
                  "grow the logical volume");
        if (grows(GrownPart::filesystem))
            grow_filesystem();
    }

  private:
    [[nodiscard]] static std::string first_disk(const Handle &handle) {
        const std::vector<std::string> disks = take_list(guestfs_list_devices(handle.get()));
        if (disks.empty())
            throw handle.error("see the image's disk");
        return disks.front();
    }

    [[nodiscard]] guestfs_h *g() const { return handle_.get(); }

    void check(int result, std::string_view doing) const {
        base::check_interrupt();
        handle_.check(result, doing);
    }

    [[nodiscard]] bool grows(GrownPart part) const {
        return std::ranges::find(growth_.grows, part) != growth_.grows.end();
    }

    [[nodiscard]] std::string partition() const {
        return growth_.partition == 0 ? disk_ : disk_ + std::to_string(growth_.partition);
    }

    void grow_table() const {
        const bool has_volumes = !growth_.logical_volume.empty();
        if (has_volumes)
            check(guestfs_vg_activate_all(g(), 0), "close the image's logical volumes");
        if (root_.layout.table == "gpt") {
            require_tool(handle_, "gdisk", "gdisk");
            check(guestfs_part_expand_gpt(g(), disk_.c_str()),
                  "move the second copy of the partition table to the disk's end");
        }
        if (grows(GrownPart::partition))
            check(guestfs_part_resize(g(), disk_.c_str(), growth_.partition, last_sector()),
                  fmt::format("grow partition {}", growth_.partition));
        if (has_volumes)
            check(guestfs_vg_activate_all(g(), 1), "open the image's logical volumes");
    }

    /// A GPT has no less room at the disk's end than it left at its beginning.
    [[nodiscard]] std::int64_t last_sector() const {
        constexpr std::uint64_t sector = 512;
        constexpr std::uint64_t block = 8; // of filesystems, in sectors
        std::uint64_t end =
            end_of_room(root_.layout.table, static_cast<std::uint64_t>(growth_.after_bytes)) /
            sector;
        const std::uint64_t usable = end_of_usable_sectors(tell_table(handle_));
        if (usable != 0)
            end = std::min(end, usable / block * block);
        return static_cast<std::int64_t>(end) - 1;
    }

    void grow_filesystem() const {
        const std::string doing = fmt::format("grow the root's {} filesystem", growth_.filesystem);
        if (growth_.filesystem == "xfs") {
            require_tool(handle_, "xfs", "libguestfs-xfs");
            grow_mounted([&] { check(guestfs_xfs_growfs(g(), "/", -1), doing); });
        } else if (growth_.filesystem == "btrfs") {
            require_tool(handle_, "btrfs", "btrfs-progs");
            grow_mounted([&] { check(guestfs_btrfs_filesystem_resize(g(), "/", -1), doing); });
        } else {
            // Only what was looked through is grown, and its journal replayed before.
            check(guestfs_e2fsck(g(), root_.device.c_str(), GUESTFS_E2FSCK_CORRECT, 1, -1),
                  "check the root's filesystem, which is damaged beyond what e2fsck mends alone");
            check(guestfs_resize2fs(g(), root_.device.c_str()), doing);
        }
    }

    void grow_mounted(const std::function<void()> &grow) const {
        root_.mount();
        grow();
        check(guestfs_umount_all(g()), "unmount the image");
    }

    const Handle &handle_;
    const GrowingRoot &root_;
    const DiskGrowth &growth_;
    std::string disk_;
};

} // namespace

void grow_in_appliance(const Handle &handle, const GrowingRoot &root, const DiskGrowth &growth) {
    Growing(handle, root, growth).run();
}

} // namespace retouch::guest

namespace retouch {

DiskGrowth grow_root(const Disk &disk, const DiskWish &wish, std::int64_t before,
                     const GuestOptions &options, EventSink &events) {
    guest::ApplianceGuest guest(disk, options, events);
    const DiskGrowth growth = guest::foreseen_growth(wish, before, guest.facts().layout);
    if (growth.state == StepState::change)
        guest.grow(growth);
    guest.finish();
    return growth;
}

} // namespace retouch
