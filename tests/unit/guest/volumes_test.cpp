// Filesystems that lie in subvolumes, logical volumes and arrays: the machine's are mounted and no
// others, and of what a disk holds twice no copy is taken for a system.

#include "base/process.hpp"
#include "unit/guest/open_guests.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace retouch;
using namespace retouch::test;

namespace {

/// A script that finds the image at $image and a directory to work in at $work.
std::string shell(const ImageFile &image, const std::string &script) {
    base::ProcessSpec spec;
    spec.program = "unshare";
    spec.arguments = {
        "-m", "bash", "-euc",
        fmt::format("export LIBGUESTFS_BACKEND=direct LIBGUESTFS_BACKEND_SETTINGS=force_tcg; "
                    "image={} work={}; {}",
                    image.path().string(), image.directory().string(), script)};
    return base::run_checked(spec, "prepare a test").out;
}

/// A system on the first of two partitions of 110 MiB; the second is `fill`ed at $offset.
class TwoPartitions : public ImageFile {
  public:
    TwoPartitions(const std::string &fstab, const std::string &fill)
        : ImageFile({"--table", "gpt", "--size", "222", "--roots", "2", "--root-hook",
                     fmt::format("printf '{}' >etc/fstab; mkdir boot srv", fstab)}) {
        shell(*this, "offset=116391936; " + fill);
    }
};

/// Leaves a btrfs on the second partition mounted on $work/tree.
constexpr const char *k_btrfs =
    "truncate -s 110M $work/part; mkfs.btrfs -q -L tree $work/part; "
    "dd if=$work/part of=$image bs=1M seek=111 conv=notrunc status=none; rm $work/part; "
    "mkdir $work/tree; mount -o loop,offset=$offset,sizelimit=115343360 $image $work/tree; ";

/// Makes a copy of the first partition's system the subvolume $1, whose fstab is $2.
constexpr const char *k_system =
    "system() { btrfs -q subvolume create $work/tree/$1; mkdir -p $work/root; "
    "mount -o loop,ro,offset=1048576,sizelimit=115343360 $image $work/root; "
    "cp -a $work/root/. $work/tree/$1; umount $work/root; printf \"$2\" >$work/tree/$1/etc/fstab; "
    "}; ";

/// Takes the first partition's system away.
constexpr const char *k_no_first =
    "dd if=/dev/zero of=$image bs=1M seek=1 count=4 conv=notrunc status=none; ";

constexpr const char *k_done = "umount $work/tree";

std::string seen(const ImageFile &image, const std::string &script) {
    return shell(image,
                 "mkdir -p $work/look; mount -o ro,loop,offset=116391936,sizelimit=115343360 "
                 "$image $work/look; cd $work/look; " +
                     script);
}

std::string shown(const std::vector<MountPoint> &mounts) {
    std::string text;
    for (const MountPoint &mount : mounts)
        text += fmt::format("{} {} {} {}\n", mount.path, mount.device, mount.filesystem,
                            mount.subvolume);
    return text;
}

std::string mounts_of(const ImageFile &image, GuestKind kind) {
    const std::unique_ptr<Guest> guest = image.open(kind, true);
    std::string mounts = shown(guest->facts().mount_points);
    guest->finish();
    return mounts;
}

/// In the appliance, where there is LVM and RAID.
void guestfish(const ImageFile &image, const std::string &commands) {
    shell(image, "guestfish --format=raw -a $image run : " + commands);
}

} // namespace

TEST_CASE("volumes: the subvolume that fstab names is mounted, and no other is changed") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const TwoPartitions image(
                "LABEL=tree /srv btrfs noatime,subvol=@srv\\n/dev/vda2 /opt btrfs subvolid=257\\n",
                std::string(k_btrfs) +
                    "btrfs -q subvolume create $work/tree/@srv; btrfs -q subvolume create "
                    "$work/tree/@opt; [ $(btrfs inspect-internal rootid $work/tree/@opt) = 257 ]; "
                    "mkdir $work/tree/@other; touch $work/tree/@other/kept; " +
                    k_done);
            std::unique_ptr<Guest> guest = image.open(kind);
            CHECK(shown(guest->facts().mount_points) ==
                  "/ /dev/sda1 ext4 \n/srv /dev/sda2 btrfs subvol=@srv\n/opt /dev/sda2 btrfs "
                  "subvolid=257\n");
            CHECK(run(*guest, "ls -A /srv; echo run >/opt/run").out.text.empty());
            guest->write("/srv/file", std::string("text"), 0644, 0, 0);
            guest->remove("/srv/@other");
            guest->finish();
            CHECK(seen(image, "find . -type f | sort") ==
                  "./@opt/run\n./@other/kept\n./@srv/file\n");
        }
}

TEST_CASE("volumes: a subvolume that is not there is refused by its name") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const TwoPartitions image("LABEL=tree /srv btrfs subvol=@none\\n",
                                      std::string(k_btrfs) + k_done);
            CHECK(image.refusal(kind).find("cannot mount /srv of the guest from LABEL=tree: ") ==
                  0);
        }
}

TEST_CASE("volumes: of a btrfs with snapshots the system is the one that boots") {
    for (const GuestKind kind : guest_kinds()) {
        if (kind != GuestKind::appliance)
            continue;
        // As openSUSE has it: the default subvolume is a snapshot that is written, others are kept.
        const TwoPartitions snapper(
            "", std::string(k_btrfs) + k_system +
                    "btrfs -q subvolume create $work/tree/@; mkdir -p $work/tree/@/.snapshots/1 "
                    "$work/tree/@/.snapshots/2 $work/tree/@/.snapshots/3; "
                    "system @/.snapshots/1/snapshot 'LABEL=tree / btrfs defaults\\n"
                    "LABEL=tree /home btrfs subvol=/@/home\\n'; btrfs -q subvolume create "
                    "$work/tree/@/home; for n in 2 3; do btrfs -q subvolume snapshot -r "
                    "$work/tree/@/.snapshots/1/snapshot $work/tree/@/.snapshots/$n/snapshot; done; "
                    "btrfs subvolume set-default $work/tree/@/.snapshots/1/snapshot; " +
                    k_done + "; " + k_no_first);
        CHECK(mounts_of(snapper, kind) ==
              "/ /dev/sda2 btrfs \n/home /dev/sda2 btrfs subvol=/@/home\n");
        // As tools for going back keep them: copies that are written, with the fstab of the
        // original.
        const TwoPartitions kept(
            "", std::string(k_btrfs) + k_system +
                    "system @ 'LABEL=tree / btrfs subvol=@\\n'; mkdir $work/tree/kept; btrfs -q "
                    "subvolume snapshot $work/tree/@ $work/tree/kept/@; " +
                    k_done + "; " + k_no_first);
        CHECK(mounts_of(kept, kind) == "/ /dev/sda2 btrfs subvol=/@\n");
    }
}

TEST_CASE("volumes: a second system is seen wherever it lies") {
    for (const GuestKind kind : guest_kinds()) {
        if (kind != GuestKind::appliance)
            continue;
        const TwoPartitions image("", std::string(k_btrfs) + k_system +
                                          "system @ 'LABEL=tree / btrfs subvol=@\\n'; " + k_done);
        CHECK(image.refusal(kind).find(
                  "the image holds 2 operating systems: /dev/sda1, /dev/sda2 (subvol=/@)") == 0);
    }
}

TEST_CASE("volumes: logical volumes and arrays beside a plain root are mounted, and left clean") {
    for (const GuestKind kind : guest_kinds()) {
        if (kind != GuestKind::appliance)
            continue;
        const TwoPartitions image("/dev/mapper/v--g-data /srv ext4\\n/dev/md0 /opt ext4\\n",
                                  "true");
        shell(image, "truncate -s 400M $image; sfdisk -q --delete $image 2; printf '111MiB,60MiB\\n"
                     "180MiB,60MiB\\n250MiB,60MiB\\n' | sfdisk -q --append $image");
        guestfish(
            image,
            "pvcreate /dev/sda2 : vgcreate v-g /dev/sda2 : lvcreate data v-g 40 : "
            "mkfs ext4 /dev/v-g/data : md-create 0 '/dev/sda3 /dev/sda4' level:raid1 : "
            "mkfs ext4 /dev/md/0 : "
            "debug sh 'until grep -q none /sys/block/md*/md/resync_start; do sleep 1; done' : "
            "md-stop /dev/md/0");
        // Until when a resynchronisation has come, in the superblock of the first half: nothing is
        // left.
        const auto resync = [&] {
            return shell(image,
                         "dd if=$image bs=8 skip=$(((180 * 1048576 + 4096 + 208) / 8)) count=1 "
                         "status=none | od -An -tx8");
        };
        const std::string clean = " ffffffffffffffff\n";
        REQUIRE(resync() == clean);
        std::unique_ptr<Guest> guest = image.open(kind);
        const std::vector<MountPoint> mounts = guest->facts().mount_points;
        REQUIRE(mounts.size() == 3);
        CHECK(mounts[1] == MountPoint{"/srv", "/dev/v-g/data", "ext4", ""});
        CHECK(mounts[2].path == "/opt");
        CHECK(mounts[2].device.find("/dev/md") == 0);
        guest->write("/srv/file", std::string("in a volume"), 0644, 0, 0);
        guest->write("/opt/file", std::string("in an array"), 0644, 0, 0);
        guest->finish();
        CHECK(resync() == clean);
        guest = image.open(kind, true);
        CHECK(guest->read("/srv/file", 100) == "in a volume");
        CHECK(guest->read("/opt/file", 100) == "in an array");
        guest->finish();
    }
}
