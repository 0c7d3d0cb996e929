// Filesystems beside the root on real disks: that they are mounted as the machine would have them,
// without harm to the image or this host, and that what cannot be mounted is refused.

#include "base/file.hpp"
#include "base/process.hpp"
#include "guest/host/mount.hpp"
#include "support/tiny_image.hpp"
#include "unit/guest/open_guests.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sched.h>
#include <sys/mount.h>
#include <thread>
#include <unistd.h>

using namespace retouch;
using namespace retouch::test;

namespace {

std::string shell(const std::string &script) {
    base::ProcessSpec spec;
    spec.program = "bash";
    spec.arguments = {"-euc", script};
    return base::run_checked(spec, "prepare a test").out;
}

/// A system on the first of two partitions of 31 MiB; the second is `fill`ed, a script that finds
/// it at $offset of $image and a directory to work in at $work.
class TwoPartitions : public ImageFile {
  public:
    TwoPartitions(const std::string &fstab, const std::string &fill)
        : ImageFile({"--table", "gpt", "--roots", "2", "--root-hook",
                     fmt::format("echo '{}' >etc/fstab; mkdir boot srv", fstab)}) {
        shell(fmt::format("image={} work={} offset=33554432; {}", path().string(),
                          directory().string(), fill));
    }

    /// Nothing is to fix on either.
    void check() const {
        for (const char *offset : {"1048576", "33554432"})
            shell(fmt::format("e2fsck -fn '{}?offset={}'", path().string(), offset));
    }
};

/// Without checksums, so that what a test changes by hand is what is seen of it.
constexpr const char *k_data =
    "mkfs.ext4 -q -F -L data -O ^metadata_csum,^metadata_csum_seed -E offset=$offset $image 31M";

/// The refusals of a plan and of an apply, which are the same.
std::string refusals(const ImageFile &image, GuestKind kind) {
    const std::string for_looking = image.refusal(kind, true);
    const std::string for_writing = image.refusal(kind, false);
    return for_looking == for_writing ? for_looking : for_looking + " / " + for_writing;
}

constexpr const char *k_usual_hint =
    "repair the filesystem or its line in the image's /etc/fstab; where the system can do without "
    "it, give the line the option nofail";

/// Programs that are found before those of the same name, while it lives.
class OtherPrograms {
  public:
    explicit OtherPrograms(const std::filesystem::path &directory) : former_(std::getenv("PATH")) {
        setenv("PATH", (directory.string() + ":" + former_).c_str(), 1);
    }

    ~OtherPrograms() { setenv("PATH", former_.c_str(), 1); }

    OtherPrograms(const OtherPrograms &) = delete;
    OtherPrograms &operator=(const OtherPrograms &) = delete;

  private:
    std::string former_;
};

/// What entering private mounts says in a chroot whose root is no mount point. A thread has a root
/// and a namespace of its own.
std::string refusal_in_chroot(const std::filesystem::path &root) {
    std::string said;
    std::thread([&] {
        if (unshare(CLONE_NEWNS) != 0 ||
            mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            mount("proc", (root / "proc").c_str(), "proc", 0, nullptr) != 0 ||
            chroot(root.c_str()) != 0)
            return;
        try {
            guest::enter_private_mounts();
        } catch (const Error &error) {
            said = error.what();
        }
    }).join();
    return said;
}

} // namespace

TEST_CASE("mounts: in a chroot whose root is no mount point the host guest says so", "[root]") {
    if (geteuid() != 0)
        return;
    const base::TemporaryDirectory root("/tmp", "test-retouch-");
    std::filesystem::create_directory(root.path() / "proc");
    CHECK(refusal_in_chroot(root.path()) ==
          "mounts cannot be kept from this host: the root directory, as of a chroot, is not a "
          "mount point");
}

TEST_CASE(
    "mounts: an error on a filesystem is never this kernel's panic, whatever it says itself") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const TwoPartitions image("LABEL=data /srv ext4 errors=panic 0 2",
                                      std::string(k_data) +
                                          "; tune2fs -e panic \"$image?offset=1048576\"; "
                                          "tune2fs -e panic \"$image?offset=$offset\"");
            for (const bool read_only : {false, true}) {
                const std::unique_ptr<Guest> guest = image.open(kind, read_only);
                GuestCommand command;
                command.script = "grep -c ' /\\(srv\\)\\? ext4 .*errors=remount-ro' /proc/mounts";
                CHECK(guest->probe(command).out.text == "2\n");
                guest->finish();
                if (kind == GuestKind::appliance)
                    break;
            }
        }
}

/// The host's kernel may lack them.
TEST_CASE("mounts: owners are those of the guest on VFAT and btrfs too") {
    for (const GuestKind kind : guest_kinds()) {
        if (kind != GuestKind::appliance)
            continue;
        const ImageFile image({"--size", "130", "--roots", "3", "--root-hook",
                               "mkdir boot srv; printf '/dev/sda2 /boot vfat defaults\\n"
                               "/dev/sda3 /srv btrfs defaults\\n' >etc/fstab"});
        shell(fmt::format("cd {}; truncate -s 42M fat tree; mkfs.vfat fat; "
                          "mkfs.btrfs -q --mixed tree; dd if=fat of={} bs=1M seek=43 conv=notrunc; "
                          "dd if=tree of={} bs=1M seek=85 conv=notrunc",
                          image.directory().string(), image.path().string(),
                          image.path().string()));
        const std::unique_ptr<Guest> guest = image.open(kind);
        CHECK(run(*guest, "cd /srv; echo kept >file; chown 33:44 file; chmod 4750 file;"
                          "echo kept >/boot/file; stat -c '%n %u:%g %a' /srv/file /boot/file")
                  .out.text == "/srv/file 33:44 4750\n/boot/file 0:0 755\n");
        const std::optional<FileInfo> owned = guest->lstat("/srv/file");
        REQUIRE(owned);
        CHECK(owned->uid == 33);
        CHECK(owned->gid == 44);
        CHECK(guest->read("/boot/file", 10) == "kept\n");
        guest->finish();
    }
}

TEST_CASE("mounts: a partition that fstab names twice is one filesystem, and nothing is lost") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const TwoPartitions image("/dev/sda1 / ext4 defaults\n/dev/vda1 /srv ext4 defaults\n"
                                      "LABEL=data /boot ext4 defaults\n"
                                      "/dev/sda2 /opt ext4 defaults",
                                      k_data);
            std::unique_ptr<Guest> guest = image.open(kind);
            CHECK(guest->facts().mount_points ==
                  std::vector<MountPoint>{{"/", "/dev/sda1", "ext4"},
                                          {"/srv", "/dev/sda1", "ext4"},
                                          {"/opt", "/dev/sda2", "ext4"},
                                          {"/boot", "/dev/sda2", "ext4"}});
            CHECK(run(*guest, "for n in $(seq 200); do echo one >/var/a$n; echo two >/srv/var/b$n; "
                              "echo three >/boot/c$n; echo four >/opt/d$n; done; ls /var/b200 "
                              "/srv/var/a200 /opt/c200 /boot/d200")
                      .exit_status == 0);
            guest->write("/srv/var/e", std::string("x"), 0644, 0, 0);
            CHECK(guest->read("/var/e", 10) == "x");
            guest->finish();
            CHECK(guest->bytes_written() > 0);
            image.check();
            if (kind == GuestKind::appliance)
                return;
            guest = image.open(kind, true);
            CHECK(guest->read("/var/b100", 10) == "two\n");
            CHECK(guest->read("/boot/c100", 10) == "three\n");
            guest->finish();
        }
}

TEST_CASE("mounts: a filesystem the machine boots with and that cannot be mounted is refused") {
    struct Case {
        const char *name;
        const char *fstab;
        std::string fill;
        std::string message;
    };

    const std::vector<Case> cases = {
        {"a damaged superblock", "/dev/sda2 /srv ext4 defaults 0 2",
         std::string(k_data) + "; printf xx | dd of=$image bs=1 seek=$((offset + 1080)) "
                               "conv=notrunc status=none",
         fmt::format("cannot mount /srv of the guest from /dev/sda2: /dev/sda2 holds no filesystem "
                     "that is known, but /etc/fstab says ext4 | {}",
                     k_usual_hint)},
        {"a name that is not there", "LABEL=data /srv ext4 defaults 0 2",
         "mkdir $work/d; mksquashfs $work/d $work/s -quiet; dd if=$work/s of=$image bs=1M seek=32 "
         "conv=notrunc status=none",
         fmt::format("cannot mount /srv of the guest from LABEL=data: LABEL=data is not on the "
                     "image | {}",
                     k_usual_hint)},
        {"squashfs", "/dev/sda2 /srv ext4 defaults 0 2",
         "mkdir $work/d; mksquashfs $work/d $work/s -quiet; dd if=$work/s of=$image bs=1M seek=32 "
         "conv=notrunc status=none",
         fmt::format("cannot mount /srv of the guest from /dev/sda2: /dev/sda2 holds squashfs, but "
                     "/etc/fstab says ext4 | {}",
                     k_usual_hint)},
    };
    for (const Case &one : cases)
        for (const GuestKind kind : guest_kinds())
            DYNAMIC_SECTION(one.name << " " << name_of(kind)) {
                if (kind == GuestKind::host)
                    CHECK(refusals(TwoPartitions(one.fstab, one.fill), kind) == one.message);
                else
                    CHECK(TwoPartitions(one.fstab, one.fill).refusal(kind) == one.message);
            }
}

TEST_CASE("mounts: what the kernel cannot mount is refused with its reason") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const bool on_host = kind == GuestKind::host;
            // A feature no kernel knows.
            const TwoPartitions image("/dev/sda2 /boot ext4 defaults 0 2",
                                      std::string(k_data) + "; debugfs -w -R 'feature FEATURE_I30' "
                                                            "\"$image?offset=$offset\"");
            CHECK(refusals(image, kind) ==
                  fmt::format("cannot mount /boot of the guest from /dev/sda2: the ext4 filesystem "
                              "is damaged or has features {} kernel does not know{}; it has the "
                              "ext4 feature 0x40000000 | --guest {} has another kernel, which may "
                              "know them; else make the filesystem without them",
                              on_host ? "this host's" : "the appliance's",
                              on_host ? ": Invalid argument" : "", on_host ? "appliance" : "host"));
        }
}

TEST_CASE("mounts: what can only be read is refused by a plan as by an apply") {
    struct Case {
        const char *feature;
        std::string said;
    };

    for (const GuestKind kind : guest_kinds()) {
        const bool on_host = kind == GuestKind::host;
        const std::vector<Case> cases = {
            {"FEATURE_R30",
             fmt::format(
                 "the ext4 filesystem is damaged or has features {} kernel does not know{}; "
                 "it has the ext4 feature 0x40000000 | --guest {} has another kernel, which "
                 "may know them; else make the filesystem without them",
                 on_host ? "this host's" : "the appliance's", on_host ? ": Invalid argument" : "",
                 on_host ? "appliance" : "host")},
            {"read-only",
             "the ext4 filesystem can only be read | it may be marked read-only, or have "
             "features that allow no more; tune2fs -l or xfs_info tells"}};
        for (const Case &one : cases)
            DYNAMIC_SECTION(one.feature << " " << name_of(kind)) {
                ImageFile image;
                image.debugfs(fmt::format("feature {}", one.feature), true);
                CHECK(refusals(image, kind) == "cannot mount /dev/sda1 of the image: " + one.said);
            }
    }
}

TEST_CASE("mounts: noted errors, and a root whose UUID is on the disk twice, are told") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const TwoPartitions image(
                "/dev/sda2 /boot ext4 defaults 0 2",
                std::string(k_data) +
                    "; for part in 1048576 $offset; do tune2fs -f -U "
                    "6f7d2ac2-3e1b-4f57-9d3a-0123456789ab \"$image?offset=$part\"; done; "
                    "debugfs -w -R 'ssv state 2' \"$image?offset=$offset\"");
            const std::unique_ptr<Guest> guest = image.open(kind, true);
            CHECK(guest->facts().doubts ==
                  std::vector<std::string>{
                      "a kernel has noted errors in the ext4 filesystem on /dev/sda2, mounted on "
                      "/boot: check it with e2fsck, as a machine may do when it boots",
                      "the root on /dev/sda1 and /dev/sda2 have one UUID, "
                      "6f7d2ac2-3e1b-4f57-9d3a-0123456789ab: which of them a machine boots is left "
                      "to chance where its boot loader goes by that; give one of them another "
                      "(tune2fs -U, xfs_admin -U)"});
            guest->finish();
            CHECK(ImageFile().open(kind, true)->facts().doubts.empty());
        }
}

TEST_CASE("mounts: partitions that share sectors, or end beyond the disk, are refused") {
    const std::string hint = " | check that the image is complete, and repair the table with fdisk";
    for (const GuestKind kind : guest_kinds()) {
        DYNAMIC_SECTION(name_of(kind) << " shared") {
            const ImageFile image;
            // A second entry of the MBR: the same partition, a MiB later.
            shell(
                fmt::format("printf '\\0\\0\\0\\0\\x83\\0\\0\\0\\0\\x10\\0\\0\\0\\x80\\0\\0' | dd "
                            "of={} bs=1 seek=462 conv=notrunc status=none",
                            image.path().string()));
            CHECK(image.refusal(kind) == "the image's partition table is not sound: /dev/sda1 and "
                                         "/dev/sda2 share sectors" +
                                             hint);
        }
        DYNAMIC_SECTION(name_of(kind) << " cut off") {
            const ImageFile image;
            shell("truncate -s 40M " + image.path().string());
            CHECK(image.refusal(kind) == "the image's partition table is not sound: /dev/sda1 ends "
                                         "beyond the disk's end" +
                                             hint);
        }
    }
}

TEST_CASE("mounts: a journal on another disk is not looked for on this host") {
    if (geteuid() != 0 || guest_kinds().front() != GuestKind::host)
        return;
    const TwoPartitions image(
        "/dev/sda2 /boot ext4 defaults 0 2",
        std::string(k_data) +
            // No inode has the journal; device 7:0 does.
            "; printf '\\0\\0\\0\\0\\0\\x07' | dd of=$image bs=1 seek=$((offset "
            "+ 1024 + 224)) conv=notrunc status=none");
    CHECK(image.refusal(GuestKind::host) ==
          "cannot mount /boot of the guest from /dev/sda2: /dev/sda2 keeps its journal on another "
          "disk | use an image whose filesystems have their journals inside");
}

TEST_CASE("mounts: a tool that fails or is killed is not one that finds nothing") {
    if (geteuid() != 0 || guest_kinds().front() != GuestKind::host)
        return;
    const TwoPartitions image("LABEL=data /boot ext4 defaults 0 2", k_data);
    const std::filesystem::path programs = image.directory() / "programs";
    std::filesystem::create_directory(programs);
    const OtherPrograms others(programs);
    const auto refusal_with = [&](const char *name, const std::string &script) {
        const std::filesystem::path program = programs / name;
        base::write_file_atomically(program, "#!/bin/sh\n" + script + "\n");
        std::filesystem::permissions(program, std::filesystem::perms::owner_all);
        const std::string text = image.refusal(GuestKind::host);
        std::filesystem::remove(program);
        return text;
    };
    const std::string hint =
        " | see that this host has memory and processes to spare, and try again";
    CHECK(refusal_with("blkid",
                       "case \"$*\" in *33554432*) kill -9 $$; esac; exec /sbin/blkid \"$@\"") ==
          "blkid was ended by signal 9 while it looked at the image's partitions" + hint);
    CHECK(
        refusal_with("blkid", "case \"$*\" in *33554432*) exit 1; esac; exec /sbin/blkid \"$@\"") ==
        "blkid ended with exit status 1 while it looked at the image's partitions" + hint);
    CHECK(refusal_with("blkid", "echo no memory >&2; exit 4") ==
          "blkid ended with exit status 4 while it looked at the image's partitions: no memory" +
              hint);
    CHECK(refusal_with("sfdisk", "kill -9 $$") ==
          "sfdisk was ended by signal 9 while it looked at the image's partitions" + hint);
    CHECK(refusal_with("sfdisk", "echo no memory >&2; exit 1") ==
          "sfdisk ended with exit status 1 while it looked at the image's partitions: no memory" +
              hint);
}
