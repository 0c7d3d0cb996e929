// What stands in a filesystem's journal alone, as in the image of a server that was running: a plan
// sees it as an apply does, and the image does not notice.

#include "base/process.hpp"
#include "retouch/error.hpp"
#include "unit/guest/open_guests.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace retouch;
using namespace retouch::test;

namespace {

std::string shell(const std::string &script) {
    base::ProcessSpec spec;
    spec.program = "unshare";
    spec.arguments = {"-m", "bash", "-euc", script};
    return base::run_checked(spec, "prepare a test").out;
}

/// Changes the filesystem of $disk, mounted at $at, and puts into $image what a snapshot of the
/// disk has then: of the changes no more than the journal.
constexpr const char *k_change_and_snapshot =
    "; sync -f $at; echo new >$at/etc/in-journal; echo changed >$at/etc/motd; "
    "rm $at/etc/removed; sync $at/etc/in-journal $at/etc/motd $at/etc; "
    "cp --sparse=always $disk $work/snapshot; umount $at; mv $work/snapshot $image";

std::string beginning(const ImageFile &image) {
    return fmt::format("image={}; work={}; at=$work/mnt; mkdir $at", image.path().string(),
                       image.directory().string());
}

void make_dirty_ext(const ImageFile &image) {
    shell(beginning(image) + "; disk=$image; mount -o loop,offset=1048576 $disk $at" +
          k_change_and_snapshot);
    CHECK(image.debugfs("stat /etc/in-journal").empty());
}

void make_dirty_xfs(const ImageFile &image) {
    shell(beginning(image) +
          "; disk=$work/xfs; mkdir $work/from; mount -o ro,loop,offset=1048576 $image $work/from; "
          "truncate -s 320M $disk; mkfs.xfs -q $disk; mount -o loop $disk $at; "
          "cp -a $work/from/. $at; umount $work/from $at; mount -o loop $disk $at" +
          k_change_and_snapshot + "; ! xfs_db -r -c 'sb 0' -c 'path /etc/in-journal' $image");
}

/// It has none.
void make_ext2(const ImageFile &image) {
    shell(beginning(image) +
          "; mount -o ro,loop,offset=1048576 $image $at; cp -a $at $work/from; umount $at; "
          "cd $work/from/etc; echo new >in-journal; echo changed >motd; rm removed; "
          "rm $image; truncate -s 64M $image; mkfs.ext2 -q -d $work/from $image");
}

/// Of each record in the log of the XFS filesystem: a length no log has, or all that is known of
/// it.
std::string scramble_log(const char *bytes) {
    return fmt::format(
        "; python3 - $image <<'end'\n"
        "import re, subprocess, sys\n"
        "said = subprocess.run(['xfs_db', '-r', '-c', 'sb 0', '-c', 'p', sys.argv[1]], "
        "capture_output=True, text=True, check=True).stdout\n"
        "sb = {{k: int(v) for k, v in re.findall(r'^(\\w+) = (\\d+)$', said, re.M)}}\n"
        "group, block = divmod(sb['logstart'], 1 << sb['agblklog'])\n"
        "with open(sys.argv[1], 'r+b') as disk:\n"
        "    start = (group * sb['agblocks'] + block) * sb['blocksize']\n"
        "    disk.seek(start)\n"
        "    log = bytearray(disk.read(sb['logblocks'] * sb['blocksize']))\n"
        "    for at in range(0, len(log), 512):\n"
        "        if log[at:at + 4] == b'\\xfe\\xed\\xba\\xbe':\n"
        "            {}\n"
        "    disk.seek(start)\n"
        "    disk.write(log)\n"
        "end\n",
        bytes);
}

/// What a look at it could change.
std::string bytes_and_times(const std::filesystem::path &path) {
    struct stat status {};

    REQUIRE(stat(path.c_str(), &status) == 0);
    return fmt::format("{} {} {} {} {} {}", status.st_ino, status.st_blocks, status.st_mtim.tv_sec,
                       status.st_mtim.tv_nsec, status.st_ctim.tv_nsec,
                       shell("sha256sum " + path.string()));
}

/// All answers that a plan is made of.
std::string seen_in(Guest &guest) {
    GuestCommand command;
    command.script = "cat /etc/in-journal /etc/motd; ls /etc/removed 2>&1";
    return fmt::format("{}{}{}{}", guest.read("/etc/in-journal", 100), guest.read("/etc/motd", 100),
                       guest.lstat("/etc/removed") ? "there\n" : "removed\n",
                       guest.probe(command).out.text);
}

} // namespace

TEST_CASE("journal: what is only there is seen by who only looks, and the image stays", "[root]") {
    struct Case {
        const char *name;
        void (*make)(const ImageFile &image);
    };

    const std::vector<Case> cases = {
        {"ext4", make_dirty_ext}, {"xfs", make_dirty_xfs}, {"ext2", make_ext2}};
    if (geteuid() != 0)
        return;
    const std::string expected = "new\nchanged\nremoved\nnew\nchanged\n"
                                 "ls: /etc/removed: No such file or directory\n";
    for (const GuestKind kind : guest_kinds())
        for (const Case &one : cases)
            DYNAMIC_SECTION(one.name << " " << name_of(kind)) {
                const ImageFile image({"--root-hook", "echo old >etc/motd; echo old >etc/removed"});
                one.make(image);
                const std::string before = bytes_and_times(image.path());
                std::unique_ptr<Guest> guest = image.open(kind, true);
                CHECK(seen_in(*guest) == expected);
                guest->finish();
                CHECK(bytes_and_times(image.path()) == before);
                guest = image.open(kind);
                CHECK(seen_in(*guest) == expected);
                guest->finish();
            }
}

TEST_CASE("journal: an XFS log that cannot be replayed is a fault of the image", "[root]") {
    struct Case {
        const char *name;
        const char *bytes;
    };

    const std::vector<Case> cases = {
        {"a length that no memory holds", "log[at + 320:at + 324] = b'\\x7f\\xff\\xff\\0'"},
        {"scrambled", "log[at + 8:at + 60] = b'scrambled log' * 4"}};
    if (geteuid() != 0)
        return;
    for (const GuestKind kind : guest_kinds())
        for (const Case &one : cases)
            DYNAMIC_SECTION(one.name << " " << name_of(kind)) {
                const ImageFile image({"--root-hook", "echo old >etc/motd; echo old >etc/removed"});
                make_dirty_xfs(image);
                shell("image=" + image.path().string() + scramble_log(one.bytes));
                const std::string expected =
                    fmt::format("cannot mount {} of the image: the xfs filesystem is damaged: its "
                                "log cannot be replayed | take the image again from a machine that "
                                "was shut down, or repair the filesystem with xfs_repair; with -L, "
                                "what is only in the log is lost",
                                "/dev/sda");
                CHECK(image.refusal(kind, true) == expected);
                CHECK(image.refusal(kind, false) == expected);
                try {
                    static_cast<void>(image.open(kind, true));
                } catch (const Error &error) {
                    CHECK(error.kind() == ErrorKind::refused);
                }
            }
}
