// What of an fstab is mounted, as what, and what is refused: the rules both guests share, without
// any disk.

#include "guest/fstab_mounts.hpp"
#include "guest/mount_rules.hpp"
#include "guest/partition_table.hpp"
#include "support/memory_guest.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace retouch;
using namespace retouch::test;

namespace {

class Messages : public EventSink {
  public:
    void on(const Event &event) override { text += " ! " + event.message; }

    std::string text;
};

guest::Volume volume(int number, const std::string &filesystem, const std::string &uuid,
                     const std::string &label) {
    guest::Volume made;
    made.number = number;
    made.device = number == 0 ? "/dev/sda" : fmt::format("/dev/sda{}", number);
    made.filesystem = filesystem;
    made.uuid = uuid;
    made.label = label;
    made.partition_uuid = fmt::format("ABCD-0{}", number);
    return made;
}

std::vector<guest::Volume> usual_volumes() {
    std::vector<guest::Volume> volumes = {
        volume(1, "ext4", "root-id", "root"),  volume(2, "ext4", "boot-id", "boot"),
        volume(3, "squashfs", "", ""),         volume(4, "", "", ""),
        volume(5, "vfat", "AAAA-BBBB", "EFI"), volume(6, "ext4", "twin", "twin"),
        volume(7, "ext4", "twin", "other"),    volume(8, "xfs", "x", R"(a\ b)"),
        volume(9, "ext4", "several", ""),      volume(10, "LVM2_member", "pv", ""),
        volume(11, "btrfs", "tree", "tree")};
    volumes[8].ambiguous = true;
    return volumes;
}

std::string error_text(const Error &error) {
    return fmt::format("{} | {}{}", error.what(), error.hint(),
                       error.kind() == ErrorKind::refused ? "" : " (another kind)");
}

std::string shown(const guest::MountAs &as) {
    return as.type + (as.subvolume.empty() ? "" : "+" + as.subvolume);
}

std::string covering(const std::string &fstab) {
    std::string text;
    for (const guest::FstabEntry &entry : guest::covering_entries(fstab))
        text += fmt::format("{} {} {}\n", entry.path, entry.device, entry.types.front());
    return text;
}

/// What is mounted, then what is told, or the error.
std::string outcome(const std::string &fstab) {
    MemoryGuest guest;
    for (const char *path : {"/boot", "/boot/efi", "/srv", "/var/data"})
        guest.put_directory(path);
    guest.put_link("/home", "/srv");
    guest.put_link("/top", "/");
    std::string text;
    Messages messages;
    try {
        guest::FstabMounts mounts(fstab, guest);
        mounts.check_root({"/", "/dev/sda1", "ext4"});
        const std::vector<MountPoint> mounted = mounts.mount(
            usual_volumes(), messages,
            [&](const guest::Volume &on, const guest::MountAs &as, const std::string &path) {
                if (on.number == 7)
                    throw Error(ErrorKind::refused, "it is damaged", "fix it");
                text += fmt::format(" {}={}:{}", path, on.device, shown(as));
            });
        for (const MountPoint &point : mounted)
            text += fmt::format(" [{} {} {}]", point.path, point.device,
                                shown({point.filesystem, point.subvolume}));
    } catch (const Error &error) {
        return error_text(error);
    }
    return text + messages.text;
}

const std::string k_usual_hint =
    " | repair the filesystem or its line in the image's /etc/fstab; where the system can do "
    "without it, give the line the option nofail";

std::string type_outcome(const std::string &holds, const std::vector<std::string> &stated) {
    try {
        return guest::mount_type(volume(1, holds, "", ""), stated);
    } catch (const Error &error) {
        return error.what();
    }
}

std::string table_outcome(const std::string &label, const std::string &partitions,
                          std::uint64_t sectors = 100'000) {
    std::string text;
    try {
        for (const guest::Volume &found : guest::read_partition_table(
                 fmt::format(R"({{"partitiontable": {{"label": "{}", "id": "0xabcd", "device":
                             "/d/disk2", "sectorsize": 512, "partitions": [{}]}}}})",
                             label, partitions),
                 sectors * 512))
            text += fmt::format("{} {}+{} {} {};", found.device, found.offset, found.size,
                                found.partition_uuid, found.partition_label);
    } catch (const Error &error) {
        return error_text(error);
    }
    return text;
}

std::string partition(int number, std::uint64_t start, std::uint64_t size,
                      const std::string &more = R"("type": "83")") {
    return fmt::format(R"({{"node": "/d/disk2p{}", "start": {}, "size": {}, {}}})", number, start,
                       size, more);
}

} // namespace

TEST_CASE("fstab: what a machine mounts by itself is mounted, in order, as what fstab says") {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", ""},
        {"# nothing\n\nnot enough\n", ""},
        {"/dev/sda1 / ext4 errors=panic 0 1\nproc /proc proc\nnone /tmp tmpfs\n"
         "/dev/sdb1 none swap sw\n/swap.img swap swap sw\nhost:/x /net nfs defaults\n"
         "/srv /boot none bind\n/srv /boot auto rbind,ro\n/dev/sr0 /cd udf,iso9660 user,noauto\n",
         ""},
        {"UUID=AAAA-bbbb /boot/efi vfat umask=0077\nUUID=boot-id /boot ext4 defaults\n",
         " /boot=/dev/sda2:ext4 /boot/efi=/dev/sda5:vfat [/boot /dev/sda2 ext4] "
         "[/boot/efi /dev/sda5 vfat]"},
        {"LABEL=boot //boot/./ auto\n", " /boot=/dev/sda2:ext4 [/boot /dev/sda2 ext4]"},
        {"PARTUUID=abcd-02 /boot ext3,ext4\n", " /boot=/dev/sda2:ext4 [/boot /dev/sda2 ext4]"},
        {"/dev/vda2 /boot ext4 defaults # data\n", " /boot=/dev/sda2:ext4 [/boot /dev/sda2 ext4]"},
        {"/dev/vda5 /boot msdos\n", " /boot=/dev/sda5:msdos [/boot /dev/sda5 msdos]"},
        {"LABEL=a\\040b /boot xfs\n", " /boot=/dev/sda8:xfs [/boot /dev/sda8 xfs]"},
        {"/dev/disk/by-label/a\\x20b /boot xfs\n", " /boot=/dev/sda8:xfs [/boot /dev/sda8 xfs]"},
        // The same filesystem twice, as the machine has it, and the same line twice.
        {"LABEL=root /srv ext4\nUUID=boot-id /boot ext4\n/dev/sda2 /var/data ext4\n",
         " /srv=/dev/sda1:ext4 /boot=/dev/sda2:ext4 /var/data=/dev/sda2:ext4 [/srv /dev/sda1 ext4] "
         "[/boot /dev/sda2 ext4] [/var/data /dev/sda2 ext4]"},
        {"UUID=tree /srv btrfs noatime,subvol=@srv\nUUID=tree /boot btrfs subvolid=257\n"
         "LABEL=tree /var/data auto compress,subvol=/@data,subvolid=300\n",
         " /srv=/dev/sda11:btrfs+subvol=@srv /boot=/dev/sda11:btrfs+subvolid=257 "
         "/var/data=/dev/sda11:btrfs+subvol=/@data,subvolid=300 [/srv /dev/sda11 "
         "btrfs+subvol=@srv] "
         "[/boot /dev/sda11 btrfs+subvolid=257] [/var/data /dev/sda11 "
         "btrfs+subvol=/@data,subvolid=300]"},
        {"/dev/disk/by-path/pci-0000:00:05.0-part2 /boot ext4\n",
         " /boot=/dev/sda2:ext4 [/boot /dev/sda2 ext4]"},
        {"/dev/disk/by-id/virtio-1234-part5 /boot vfat\n",
         " /boot=/dev/sda5:vfat [/boot /dev/sda5 vfat]"},
        {"LABEL=boot /boot ext4\nUUID=boot-id /boot ext4\n",
         " /boot=/dev/sda2:ext4 [/boot /dev/sda2 ext4]"},
    };
    for (const auto &[fstab, expected] : cases) {
        CAPTURE(fstab);
        CHECK(outcome(fstab) == expected);
    }
}

TEST_CASE("fstab: what cannot be mounted is refused, or told when the machine boots without it") {
    const auto refused = [](const std::string &path, const std::string &device,
                            const std::string &reason) {
        return fmt::format("cannot mount {} of the guest from {}: {}", path, device, reason);
    };
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"UUID=0 /boot ext4\n",
         refused("/boot", "UUID=0",
                 "UUID=0 is not a partition of the image, and LVM and RAID are not opened by this "
                 "host's kernel | use --guest appliance")},
        {"/dev/sda3 /srv ext4\n",
         refused("/srv", "/dev/sda3", "/dev/sda3 holds squashfs, but /etc/fstab says ext4") +
             k_usual_hint},
        {"/dev/sda3 /srv auto\n",
         refused("/srv", "/dev/sda3", "/dev/sda3 holds squashfs, which retouch does not mount") +
             k_usual_hint},
        {"/dev/sda4 /srv ext4 defaults 0 2\n",
         refused("/srv", "/dev/sda4",
                 "/dev/sda4 holds no filesystem that is known, but /etc/fstab says ext4") +
             k_usual_hint},
        {"/dev/sda9 /boot ext4\n",
         refused("/boot", "/dev/sda9",
                 "/dev/sda9 has the signatures of more than one filesystem | "
                 "remove those that are left from former ones with wipefs")},
        {"UUID=twin /srv ext4\n",
         refused("/srv", "UUID=twin",
                 "UUID=twin is the name of both /dev/sda6 and /dev/sda7 | give the filesystems of "
                 "the image different names")},
        {"/dev/sda7 /srv ext4\n", refused("/srv", "/dev/sda7", "it is damaged | fix it")},
        {"/dev/sda2 /srv ext4 subvol=@srv\n",
         refused("/srv", "/dev/sda2", "ext4 has no subvolumes, but /etc/fstab says subvol=@srv") +
             k_usual_hint},
        {"UUID=tree /srv btrfs subvol=a\"b\n",
         refused("/srv", "UUID=tree",
                 "the option subvol=a\"b is not followed | give the subvolume a name without "
                 "quotes and backslashes")},
        {"UUID=tree /srv btrfs subvolid=2x\n",
         refused("/srv", "UUID=tree",
                 "the option subvolid=2x is not followed | give the subvolume a name without "
                 "quotes and backslashes")},
        {"UUID=tree /srv btrfs subvol=a\nUUID=tree /srv btrfs subvol=b\n",
         refused("/srv", "UUID=tree",
                 "another filesystem is mounted on /srv already | remove one of the two from the "
                 "image's /etc/fstab")},
        {"/dev/sda2 /srv ext4 X-mount.subdir=a\n",
         refused("/srv", "/dev/sda2",
                 "the option X-mount.subdir=a is not followed | use an image where a whole "
                 "partition is mounted there")},
        {"LABEL=boot /missing ext4\n",
         refused("/missing", "LABEL=boot",
                 "/missing is not a directory in the guest | make the directory in the image")},
        {"LABEL=boot /top ext4\n",
         refused("/top", "LABEL=boot",
                 "another filesystem is mounted on / already | remove one of "
                 "the two from the image's /etc/fstab")},
        {"LABEL=boot /srv ext4\nLABEL=EFI /home vfat\n",
         refused("/home", "LABEL=EFI",
                 "another filesystem is mounted on /srv already | remove one "
                 "of the two from the image's /etc/fstab")},
        {"/dev/sda1 / xfs defaults\n",
         refused("/", "/dev/sda1", "/dev/sda1 holds ext4, but /etc/fstab says xfs") + k_usual_hint},
        {"/dev/sda2 /a/../boot ext4\n",
         "the guest's /etc/fstab mounts something on /a/../boot, which is not a plain path | write "
         "the path without \"..\""},
        {std::string(64 * 1024 + 1, '#'),
         "the guest's /etc/fstab is larger than 64.0 KiB | use an image with a shorter one"},
        {"LABEL=boot /boot xfs nofail\n",
         refused(
             "/boot", "LABEL=boot",
             "/dev/sda2 holds ext4, but /etc/fstab says xfs | repair the filesystem or its line "
             "in the image's /etc/fstab; what packages write there must not land below it, "
             "whatever nofail says")},
        {"/dev/vg/boot /boot ext4 defaults,nofail\n",
         refused("/boot", "/dev/vg/boot",
                 "/dev/vg/boot is not a partition of the image, and LVM and RAID are not opened by "
                 "this host's kernel | use --guest appliance")},
        {"UUID=0 /opt ext4 defaults,nofail\n/dev/sda7 /srv ext4 _netdev\nLABEL=boot /var/data "
         "ext4 nofail\n",
         " /var/data=/dev/sda2:ext4 [/var/data /dev/sda2 ext4] ! /opt of the guest is not mounted: "
         "UUID=0 is not a partition of the image, and LVM and RAID are not opened by this host's "
         "kernel ! /srv of the guest is not mounted: it is damaged"},
    };
    for (const auto &[fstab, expected] : cases) {
        CAPTURE(fstab);
        CHECK(outcome(fstab) == expected);
    }
}

TEST_CASE("fstab: what is in a container is known by its names") {
    MemoryGuest guest;
    for (const char *path : {"/var", "/srv", "/home"})
        guest.put_directory(path);
    Messages messages;
    std::vector<guest::Volume> volumes = {volume(1, "ext4", "root-id", ""),
                                          volume(-1, "ext4", "v", ""), volume(-1, "xfs", "h", ""),
                                          volume(-1, "ext4", "m", "")};
    volumes[1].device = "/dev/v-g/var";
    volumes[1].names = {"/dev/v-g/var", "/dev/mapper/v--g-var"};
    volumes[2].device = "/dev/v-g/home";
    volumes[2].names = {"/dev/v-g/home", "/dev/mapper/v--g-home"};
    volumes[3].device = "/dev/md127";
    volumes[3].names = {"/dev/md/0", "/dev/md0"};
    guest::FstabMounts mounts(
        "/dev/mapper/v--g-var /var ext4\n/dev/v-g/home /home xfs\n/dev/md0 /srv ext4\n", guest);
    const std::vector<MountPoint> mounted =
        mounts.mount(volumes, messages,
                     [](const guest::Volume &, const guest::MountAs &, const std::string &) {});
    CHECK(mounted == std::vector<MountPoint>{{"/var", "/dev/v-g/var", "ext4"},
                                             {"/srv", "/dev/md127", "ext4"},
                                             {"/home", "/dev/v-g/home", "xfs"}});
    CHECK(messages.text.empty());
}

TEST_CASE("fstab: places it says nothing of are mounted by the types of partitions") {
    const std::string generator = "/usr/lib/systemd/system-generators/systemd-gpt-auto-generator";
    const auto outcome = [&](const std::string &fstab, auto prepare) {
        MemoryGuest guest;
        guest.remove("/var");
        for (const char *path : {"/home", "/srv", "/var", "/boot", "/efi"})
            guest.put_directory(path);
        guest.put_file(generator, "");
        std::vector<guest::Volume> volumes = {
            volume(1, "ext4", "root-id", ""), volume(2, "ext4", "h", ""), volume(3, "xfs", "s", ""),
            volume(4, "ext4", "v", ""), volume(5, "vfat", "e", "")};
        volumes[1].partition_type = "933ac7e1-2eb4-4f13-b844-0e14e2aef915";
        volumes[2].partition_type = "3b8f8425-20e0-4f3b-907f-1a25a76f98e8";
        volumes[3].partition_type = "4d21b016-b534-45c2-a9fb-5c16e091fd2d";
        volumes[4].partition_type = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";
        for (guest::Volume &each : volumes)
            each.automatic = true;
        prepare(guest, volumes);
        std::string text;
        Messages messages;
        guest::FstabMounts mounts(fstab, guest);
        for (const MountPoint &point : mounts.mount(
                 volumes, messages,
                 [](const guest::Volume &, const guest::MountAs &, const std::string &) {}))
            text += fmt::format(" {}={}", point.path, point.device);
        return text + messages.text;
    };
    const auto as_it_is = [](MemoryGuest &, std::vector<guest::Volume> &) {};
    const std::string var = " ! /var of the guest is not mounted: /dev/sda4 is of the type for it, "
                            "but its UUID is not the one of the image's machine id";
    CHECK(outcome("", as_it_is) == " /home=/dev/sda2 /srv=/dev/sda3 /efi=/dev/sda5" + var);
    CHECK(outcome("UUID=e /boot vfat\ntmpfs /srv tmpfs\nx /home ext4 noauto\nx /efi none\n",
                  as_it_is) == " /boot=/dev/sda5" + var);
    CHECK(outcome("",
                  [](MemoryGuest &guest, std::vector<guest::Volume> &volumes) {
                      guest.put_file("/home/somebody", "x");
                      guest.put_file("/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
                      volumes[3].partition_uuid = "C0C46EFF-E386-4746-A2BD-0962CD326EA2";
                      volumes[2].automatic = false;
                  }) ==
          " /var=/dev/sda4 /efi=/dev/sda5 ! /home of the guest is not mounted: /dev/sda2 is of "
          "the type for it, but nothing is mounted over what is there already");
    CHECK(outcome("", [&](MemoryGuest &guest, std::vector<guest::Volume> &) {
              guest.remove(generator);
          }).empty());
}

TEST_CASE("fstab: reasons that do not lie in the image stay what they are") {
    MemoryGuest guest;
    guest.put_directory("/boot");
    Messages messages;
    for (const ErrorKind kind : {ErrorKind::interrupted, ErrorKind::not_authorised,
                                 ErrorKind::unavailable, ErrorKind::temporary}) {
        guest::FstabMounts mounts("LABEL=boot /boot ext4 nofail\n", guest);
        try {
            static_cast<void>(
                mounts.mount(usual_volumes(), messages,
                             [kind](const guest::Volume &, const guest::MountAs &,
                                    const std::string &) { throw Error(kind, "not now"); }));
            FAIL("it went on");
        } catch (const Error &error) {
            CHECK(error.kind() == kind);
            CHECK(std::string(error.what()) == "not now");
        }
    }
    CHECK(messages.text.empty());
}

TEST_CASE("fstab: mounts found by an inspection are compared with what fstab wants") {
    MemoryGuest guest;
    Messages messages;
    guest::FstabMounts mounts("/dev/vg/root / xfs\n/dev/vg/var /var ext4\nUUID=1 /srv btrfs "
                              "subvol=@srv,nofail\n",
                              guest);
    mounts.require({{"/", "/dev/vg/root", "xfs"}, {"/var", "/dev/vg/var", "ext4"}}, messages);
    CHECK(messages.text ==
          " ! /srv of the guest is not mounted: UUID=1 was not found on the image");
    CHECK_THROWS_WITH(mounts.require({{"/", "/dev/vg/root", "xfs"}}, messages),
                      "cannot mount /var of the guest from /dev/vg/var: /dev/vg/var was not found "
                      "on the image");
    CHECK(mounts.type_of({"/var", "/dev/vg/var", "ext3"}) == "ext4");
    CHECK(mounts.type_of({"/other", "/dev/vg/other", "ntfs"}) == "ntfs");
    CHECK_THROWS_WITH(mounts.type_of({"/var", "/dev/vg/var", "xfs"}),
                      "/dev/vg/var holds xfs, but /etc/fstab says ext4");
}

TEST_CASE("mounts: the type is the stated one that fits, never one the kernel guesses") {
    CHECK(type_outcome("ext4", {"ext4"}) == "ext4");
    CHECK(type_outcome("ext3", {"ext4"}) == "ext4");
    CHECK(type_outcome("ext3", {"ext2"}) == "ext2");
    CHECK(type_outcome("ext4", {"ext3"}) == "/dev/sda1 holds ext4, but /etc/fstab says ext3");
    CHECK(type_outcome("xfs", {"ext4", "xfs"}) == "xfs");
    CHECK(type_outcome("xfs", {}) == "xfs");
    CHECK(type_outcome("xfs", {"auto"}) == "xfs");
    CHECK(type_outcome("vfat", {"msdos"}) == "msdos");
    CHECK(type_outcome("msdos", {}) == "/dev/sda1 holds msdos, which retouch does not mount");
    CHECK(type_outcome("ntfs", {"ntfs"}) == "/dev/sda1 holds ntfs, which retouch does not mount");
    CHECK(type_outcome("", {}) == "/dev/sda1 holds no filesystem that is known");
    CHECK(type_outcome("btrfs", {"ext4", "xf\x1bs"}) ==
          "/dev/sda1 holds btrfs, but /etc/fstab says ext4 or xf\\x1bs");
}

TEST_CASE("mounts: one driver is for all of ext2, ext3 and ext4") {
    CHECK(guest::driver_of("ext2") == "ext4");
    CHECK(guest::driver_of("ext3") == "ext4");
    CHECK(guest::driver_of("xfs") == "xfs");
}

TEST_CASE("mounts: what an error on a filesystem does is not for its superblock to say") {
    for (const char *type : {"ext2", "ext3", "ext4", "vfat", "msdos"})
        CHECK(guest::careful_options(type).find("errors=remount-ro") == 0);
    CHECK(guest::careful_options("btrfs") == "skip_balance");
    CHECK(guest::writing_options("ext4") == "errors=remount-ro,discard,noinit_itable");
    CHECK(guest::writing_options("ext2") == "errors=remount-ro,discard,noinit_itable");
    CHECK(guest::writing_options("xfs") == "nouuid,discard");
    CHECK(guest::writing_options("squashfs").empty());
    CHECK(guest::careful_options("squashfs").empty());
}

TEST_CASE("partition table: partitions that make sense are volumes") {
    CHECK(table_outcome("dos", partition(1, 2048, 100) + "," +
                                   partition(2, 3000, 5000, R"("type": "5")") + "," +
                                   partition(5, 3100, 900)) ==
          "/dev/sda1 1048576+51200 abcd-01 ;/dev/sda5 1587200+460800 abcd-05 ;");
    CHECK(table_outcome("gpt", partition(3, 0, 100'000,
                                         R"("type": "X", "uuid": "U-U", "name": "a \u00fc")")) ==
          "/dev/sda3 0+51200000 U-U a\\ M-CM-\\<;");
    CHECK(table_outcome("gpt", "").empty());
}

TEST_CASE("partition table: what shares sectors or is beyond the disk is refused") {
    const auto unsound = [](const std::string &what) {
        return "the image's partition table is not sound: " + what +
               " | check that the image is complete, and repair the table with fdisk";
    };
    CHECK(table_outcome("gpt", partition(1, 100, 101) + "," + partition(2, 200, 10)) ==
          unsound("/dev/sda1 and /dev/sda2 share sectors"));
    CHECK(table_outcome("dos", partition(1, 500, 50) + "," + partition(2, 100, 1000)) ==
          unsound("/dev/sda2 and /dev/sda1 share sectors"));
    CHECK(table_outcome("gpt", partition(1, 100, 100) + "," + partition(2, 100, 100)) ==
          unsound("/dev/sda1 and /dev/sda2 share sectors"));
    CHECK(table_outcome("gpt", partition(1, 99'999, 2)) ==
          unsound("/dev/sda1 ends beyond the disk's end"));
    CHECK(table_outcome("gpt", partition(1, 18446744073709551615U, 2)) ==
          unsound("/dev/sda1 ends beyond the disk's end"));
    CHECK(table_outcome("gpt", partition(1, 2, 18446744073709551615U)) ==
          unsound("/dev/sda1 ends beyond the disk's end"));
    CHECK(table_outcome("dos", partition(1, 1, 99'999, R"("type": "ee")")) ==
          unsound("its GPT is damaged or cut off"));
    CHECK(table_outcome("dos", R"({"node": "x", "start": -1, "size": 2})") ==
          unsound("a partition has no start"));
    std::string many = partition(1, 1, 1);
    for (int number = 2; number < 130; ++number)
        many += "," + partition(number, static_cast<std::uint64_t>(number), 1);
    CHECK(table_outcome("gpt", many) == unsound("it has more than 128 partitions"));
    CHECK_THROWS_WITH(guest::read_partition_table("{}", 512),
                      Catch::Contains("sfdisk cannot tell what is in it"));
}

TEST_CASE("fstab: what a machine mounts and does not do without covers its place") {
    CHECK(covering("files:/home /home nfs4 rw 0 0\n"
                   "/data/www /srv/www/ none bind 0 0\n"
                   "/data /srv/all none rw,rbind 0 0\n"
                   "host:/x /mnt/of\\040it fuse.sshfs defaults 0 0\n"
                   "sshfs#me@host:/x /mnt/old fuse defaults 0 0\n"
                   "/dev/sda2 /boot ext4 defaults 0 2\n") ==
          "/home files:/home nfs4\n/srv/www /data/www none\n/srv/all /data none\n"
          "/mnt/of it host:/x fuse.sshfs\n/mnt/old sshfs#me@host:/x fuse\n/boot /dev/sda2 ext4\n");
    CHECK(covering("tmpfs /tmp tmpfs defaults 0 0\n/dev/sda2 none swap sw 0 0\n"
                   "proc /proc proc defaults 0 0\n/dev/sda1 / ext4 defaults 0 1\n"
                   "/dev/sdb /boot ext4 nofail 0 2\n"
                   "files:/a /a nfs noauto 0 0\nfiles:/b /b nfs _netdev 0 0\n"
                   "/c/ /c none bind,nosuid 0 0\n/e /f/../g none bind 0 0\n") == "");
    CHECK(covering("/c /d auto defaults,bind,nofail 0 0\n") == "/d /c auto\n");
}

TEST_CASE("fstab: what a program brings is on no disk of the image, whichever way it is written") {
    CHECK(outcome("sshfs#user@host:/x /srv fuse defaults 0 0\n"
                  "user@host:/x /srv fuse.sshfs defaults 0 0\n"
                  "remote:bucket /srv fuse.rclone rw 0 0\nbindfs#/data /srv fuse rw 0 0\n")
              .empty());
    CHECK(outcome("/dev/sda9 /srv fuse.ntfs-3g defaults 0 0\n") != "");
}
