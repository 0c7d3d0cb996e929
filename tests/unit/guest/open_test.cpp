// Opening and closing guests: what is refused and in which words, what is mounted, and that nothing
// of it stays on the host or, undeclared, in the image.

#include "base/process.hpp"
#include "base/text.hpp"
#include "support/tiny_image.hpp"
#include "unit/guest/open_guests.hpp"

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace retouch;
using namespace retouch::test;

namespace {

constexpr std::uint64_t k_mib = std::uint64_t{1} << 20;

const std::string k_no_system =
    "no operating system was found in the image | check that the image is the disk of a Linux "
    "system and is complete";

void shell(const std::string &script) {
    base::ProcessSpec spec;
    spec.program = "bash";
    spec.arguments = {"-euc", script};
    base::run_checked(spec, "prepare a test");
}

/// What a sparse file takes on this host.
std::uint64_t kept_bytes(const std::filesystem::path &path) {
    struct stat status {};

    REQUIRE(stat(path.c_str(), &status) == 0);
    return static_cast<std::uint64_t>(status.st_blocks) * 512;
}

/// Every file with its type, mode, owner, times and contents.
std::string complete_listing(Guest &guest) {
    GuestCommand command;
    command.script = "find / -xdev ! -path / ! -path '/proc*' ! -path '/sys*' ! -path '/dev*' "
                     "! -path '/run*' | sort | while read -r p; do "
                     "stat -c '%n %f %u %g %Y %s %h' \"$p\"; "
                     "if [ -f \"$p\" ] && [ ! -L \"$p\" ]; then sha256sum \"$p\"; fi; done "
                     "| sha256sum; find / -xdev | wc -l";
    return guest.probe(command).out.text;
}

/// When the root directory of the first partition was changed. A guest cannot be asked: its root is
/// touched, and put back, while it looks.
std::string root_time(const std::filesystem::path &image) {
    base::ProcessSpec spec;
    spec.program = "debugfs";
    spec.arguments = {"-R", "stat <2>", image.string() + "?offset=1048576"};
    for (const std::string &line : base::split_lines(base::run_checked(spec, "read the image").out))
        if (line.find("mtime:") != std::string::npos)
            return line;
    return "unknown";
}

/// Makes what lies at `offset` an LVM physical volume, as far as its label tells.
void write_volume_label(const std::filesystem::path &path, std::streamoff offset) {
    std::string label(512, '\0');
    label.replace(0, 8, "LABELONE");
    label[8] = 1;   // the sector it is in
    label[20] = 32; // where its contents start
    label.replace(24, 8, "LVM2 001");
    label.replace(32, 32, "0123456789abcdefghijklmnopqrstuv");
    std::uint32_t sum = 0xf597a6cf;
    for (std::size_t at = 20; at < label.size(); ++at) {
        sum ^= static_cast<unsigned char>(label[at]);
        for (int bit = 0; bit < 8; ++bit)
            sum = (sum >> 1) ^ ((sum & 1) != 0 ? 0xedb88320 : 0);
    }
    for (std::size_t at = 0; at < 4; ++at)
        label[16 + at] = static_cast<char>(sum >> (8 * at));
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(offset);
    file << std::string(512, '\0') << label << std::string(std::size_t{4} << 20, '\0');
}

} // namespace

TEST_CASE("guest: an image without a system is refused") {
    const std::vector<std::string> before = host_residue();
    for (const GuestKind kind : guest_kinds()) {
        DYNAMIC_SECTION(name_of(kind) << " no os-release") {
            CHECK(ImageFile({"--root-hook", "rm etc/os-release"}).refusal(kind) == k_no_system);
        }
        if (kind == GuestKind::host) {
            const ImageFile image;
            shell("truncate -s 0 " + image.path().string() + "; truncate -s 8M " +
                  image.path().string());
            CHECK(image.refusal(kind) == k_no_system);
        }
    }
    CHECK(host_residue() == before);
}

TEST_CASE("guest: an image with two systems is refused and both are named") {
    const ImageFile image({"--roots", "2", "--table", "gpt"});
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            CHECK(image.refusal(kind) ==
                  "the image holds 2 operating systems: /dev/sda1, /dev/sda2 | use an image with "
                  "one operating system");
        }
}

TEST_CASE("guest: an encrypted disk is refused") {
    const ImageFile image;
    shell("dd if=/dev/zero of=" + image.path().string() +
          " bs=1M count=20 seek=1 conv=notrunc; "
          "truncate -s 40M " +
          image.directory().string() +
          "/luks; "
          "echo -n secret | cryptsetup luksFormat --type luks2 --pbkdf pbkdf2 "
          "--pbkdf-force-iterations 1000 -q " +
          image.directory().string() +
          "/luks -; "
          "dd if=" +
          image.directory().string() + "/luks of=" + image.path().string() +
          " bs=1M count=17 seek=1 conv=notrunc");
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            CHECK(image.refusal(kind) == "the image is encrypted (/dev/sda1) | use an image whose "
                                         "root filesystem is not encrypted");
        }
}

TEST_CASE("guest: what the host cannot open is left to the appliance") {
    const ImageFile image;
    write_volume_label(image.path(), 1024 * 1024);
    for (const GuestKind kind : guest_kinds())
        if (kind == GuestKind::host)
            CHECK(image.refusal(kind) == "the host guest cannot open /dev/sda1 (LVM2_member) | use "
                                         "--guest appliance");
        else
            CHECK(image.refusal(kind) == k_no_system);
}

TEST_CASE("guest: programs of a foreign machine are not run") {
    // e_machine of the one binary becomes AArch64's.
    const ImageFile image(
        {"--root-hook",
         "printf '\\267\\000' | dd of=bin/busybox bs=1 seek=18 conv=notrunc status=none"});
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const std::unique_ptr<Guest> guest = image.open(kind);
            CHECK(guest->facts().architecture == "aarch64");
            guest->write("/opt/file", std::string("x"), 0644, 0, 0);
            try {
                static_cast<void>(run(*guest, "true"));
                FAIL("it ran");
            } catch (const Error &error) {
                CHECK(error.kind() == ErrorKind::refused);
                CHECK(std::string(error.what()) == "the guest's programs are for aarch64 and "
                                                   "cannot run on this x86_64 host");
            }
            guest->finish();
        }
}

TEST_CASE("guest: what fstab names is mounted, and what it can do without is told") {
    const base::TemporaryDirectory directory("/tmp", own_prefix());
    const ImageFile image(
        {"--table", "gpt", "--roots", "2", "--root-hook",
         "echo 'LABEL=data /srv ext4 defaults 0 2' >>etc/fstab; mkdir -p srv; "
         "echo 'UUID=0000 /far ext4 defaults,nofail 0 2' >>etc/fstab; mkdir far; "
         "printf '/dev/sdz1 none swap sw 0 0\\nserver:/x /net nfs defaults 0 0\\n' >>etc/fstab"});
    // The second system becomes a data filesystem.
    shell("mkdir " + directory.path().string() + "/d; echo data >" + directory.path().string() +
          "/d/file; start=$(sfdisk --json " + image.path().string() +
          " | grep -o '\"start\": [0-9]*' | tail -1 | grep -o '[0-9]*'); "
          "mkfs.ext4 -q -F -L data -d " +
          directory.path().string() + "/d -E offset=$((start * 512)) " + image.path().string() +
          " 31M");
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Notices notices;
            const std::unique_ptr<Guest> guest = open_guest(
                disk_of(image.path(), false), options_of(kind, image.directory()), notices);
            CHECK(
                guest->facts().mount_points ==
                std::vector<MountPoint>{{"/", "/dev/sda1", "ext4"}, {"/srv", "/dev/sda2", "ext4"}});
            CHECK(guest->read("/srv/file", 10) == "data\n");
            CHECK(notices.messages.back() ==
                  "/far of the guest is not mounted: UUID=0000 is not on the image");
            CHECK(guest->facts().unmounted == std::vector<std::string>{notices.messages.back()});
            GuestCommand probe;
            probe.script = "touch /srv/x";
            CHECK(guest->probe(probe).exit_status == 1);
            CHECK(run(*guest, "echo more >>/srv/file; cat /srv/file").out.text == "data\nmore\n");
            guest->make_directory("/srv/deep", 0755, 0, 0);
            guest->remove("/srv");
            CHECK(guest->list("/srv").empty());
            CHECK(guest->lstat("/srv")->type == FileInfo::Type::directory);
            guest->write("/srv/file", std::string("data\n"), 0644, 0, 0);
            guest->finish();
        }
}

TEST_CASE("guest: a qcow2 file without a partition table and with /etc a link to /tmp is opened") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const ImageFile image(
                {"--table", "none", "--root-hook", "cp -a etc/. tmp/; rm -r etc; ln -s /tmp etc"});
            const std::filesystem::path qcow2 = image.directory() / "a,b.qcow2";
            shell("qemu-img convert -O qcow2 '" + image.path().string() + "' '" + qcow2.string() +
                  "'");
            Notices notices;
            const std::unique_ptr<Guest> guest =
                open_guest(disk_of(qcow2, false), options_of(kind, image.directory()), notices);
            CHECK(guest->facts().root_device == "/dev/sda");
            CHECK(guest->facts().distro == "debian");
            guest->write("/etc/retouch-test", std::string("x"), 0644, 0, 0);
            CHECK(guest->read("/tmp/retouch-test", 10) == "x");
            CHECK_FALSE(std::filesystem::exists("/tmp/retouch-test"));
            CHECK_FALSE(std::filesystem::exists("/etc/retouch-test"));
            CHECK(run(*guest, "cat /etc/hostname").out.text == "tiny\n");
            guest->remove("/etc/retouch-test");
            CHECK(guest->lstat("/tmp/retouch-test") == std::nullopt);
            guest->finish();
            CHECK(guest->bytes_written() > 0);
            shell("qemu-img check -q '" + qcow2.string() + "'");
        }
}

TEST_CASE("guest: each byte it writes is counted, and what it discards is not") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const ImageFile image;
            shell("tune2fs -o discard '" + image.path().string() + "?offset=1048576'");
            const std::uint64_t before = kept_bytes(image.path());
            const std::unique_ptr<Guest> guest = image.open(kind);
            guest->mark({});
            const std::uint64_t opened = guest->bytes_written();
            guest->write("/eight", std::string(8 * k_mib, 'x'), 0644, 0, 0);
            CHECK(guest->changes().size() == 1);
            const std::uint64_t once = guest->bytes_written() - opened;
            CHECK(once >= 8 * k_mib);
            CHECK(once < 9 * k_mib);
            CHECK(run(*guest, "dd if=/dev/zero of=/eight bs=1M count=8 conv=notrunc").exit_status ==
                  0);
            CHECK(guest->changes().size() == 1);
            const std::uint64_t twice = guest->bytes_written() - opened;
            CHECK(twice >= 16 * k_mib);
            CHECK(twice < 17 * k_mib);
            guest->remove("/eight");
            CHECK(guest->changes().size() == 1);
            guest->finish();
            CHECK(guest->bytes_written() - opened >= twice);
            CHECK(guest->bytes_written() - opened < 17 * k_mib);
            CHECK(kept_bytes(image.path()) < before + 2 * k_mib);
        }
}

TEST_CASE("guest: looking changes no byte of the image") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const ImageFile image;
            shell("cp --sparse=always " + image.path().string() + " " + image.directory().string() +
                  "/before");
            const std::unique_ptr<Guest> guest = image.open(kind, true);
            CHECK(guest->read("/etc/hostname", 10) == "tiny\n");
            GuestCommand command;
            command.script = "cat /etc/hostname; touch /etc/x";
            const CommandResult result = guest->probe(command);
            CHECK(result.out.text == "tiny\n");
            CHECK(result.exit_status == 1);
            CHECK_THROWS_AS(guest->write("/etc/x", std::string(), 0644, 0, 0), Error);
            guest->finish();
            shell("cmp " + image.path().string() + " " + image.directory().string() + "/before");
        }
}

TEST_CASE("guest: opening, running and closing writes nothing undeclared") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const ImageFile image({"--root-hook", "rm -r sys run var/run etc/resolv.conf; "
                                                  "touch usr/sbin/invoke-rc.d; "
                                                  "find . -exec touch -h -d @1000000 {} +"});
            const std::string root_before = root_time(image.path());
            const std::unique_ptr<Guest> guest = image.open(kind, false, true);
            const std::string before = complete_listing(*guest);
            GuestCommand command;
            command.script =
                "test -d /sys/class -a -s /etc/resolv.conf -a -x /usr/sbin/policy-rc.d";
            command.network = true;
            CHECK(guest->run(command).exit_status == 0);
            CHECK(run(*guest, "true").exit_status == 0);
            CHECK(guest->lstat("/sys") == std::nullopt);
            CHECK(guest->lstat("/run") == std::nullopt);
            CHECK(guest->lstat("/etc/resolv.conf") == std::nullopt);
            CHECK(complete_listing(*guest) == before);
            guest->finish();
            CHECK(root_time(image.path()) == root_before);
            if (kind == GuestKind::appliance)
                return;
            const std::unique_ptr<Guest> again = image.open(kind);
            CHECK(complete_listing(*again) == before);
            again->finish();
        }
}

TEST_CASE(
    "guest: name resolution works while networked and is put back byte for byte, and deleting "
    "everything is survived") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const ImageFile image;
            const std::unique_ptr<Guest> guest = image.open(kind, false, true);
            guest->write("/opt/resolvers", std::string("# by a link\n"), 0644, 0, 0);
            for (const char *target :
                 {"", "../run/systemd/resolve/stub-resolv.conf", "/opt/resolvers"}) {
                CAPTURE(target);
                if (*target != '\0')
                    guest->make_link(target, "/etc/resolv.conf");
                const std::string before = complete_listing(*guest);
                GuestCommand command;
                command.script = "cat /etc/resolv.conf";
                const std::string offline = guest->run(command).out.text;
                command.network = true;
                command.script = "cat /etc/resolv.conf; ip -o link | grep -c . >&2";
                const CommandResult networked = guest->run(command);
                CHECK(networked.out.text.find("nameserver") != std::string::npos);
                CHECK(networked.out.text != offline);
                CHECK(std::stoi(networked.err.text) > 1);
                CHECK(guest->probe(command).out.text == networked.out.text);
                CHECK(complete_listing(*guest) == before);
            }
            CHECK(run(*guest, "rm -rf / 2>/dev/null; busybox rm -rf /* 2>/dev/null; :").seconds <
                  120);
            CHECK(guest->lstat("/bin/sh") == std::nullopt);
            CHECK_THROWS_WITH(run(*guest, "echo x"), "the shell /bin/sh is not in the guest");
            guest->finish();
        }
    CHECK(std::filesystem::exists("/bin/sh"));
}

TEST_CASE("guest: many are open at once") {
    std::vector<std::unique_ptr<ImageFile>> images;
    std::vector<std::unique_ptr<Guest>> guests;
    for (int count = 0; count < 12; ++count) {
        images.push_back(std::make_unique<ImageFile>());
        guests.push_back(images.back()->open(GuestKind::host));
    }
    for (const auto &guest : guests)
        CHECK(run(*guest, "hostname").out.text == "localhost\n");
    for (const auto &guest : guests)
        guest->finish();
}
