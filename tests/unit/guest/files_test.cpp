// Files of a guest, the same claims for both ways of opening it.

#include "base/digest.hpp"
#include "unit/guest/open_guests.hpp"

#include <catch2/catch.hpp>
#include <fstream>

using namespace retouch;
using namespace retouch::test;

namespace {

using Type = FileInfo::Type;

std::vector<std::string> names(const std::vector<DirectoryEntry> &entries) {
    std::vector<std::string> result;
    for (const DirectoryEntry &entry : entries)
        result.push_back(entry.name);
    return result;
}

std::string message_of(const std::function<void()> &act) {
    try {
        act();
    } catch (const Error &error) {
        return error.what();
    }
    return "no error";
}

} // namespace

TEST_CASE("guest: facts say what the image is") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const Facts &facts = shared_guest(kind).facts();
            CHECK(facts.type == "linux");
            CHECK(facts.distro == "debian");
            CHECK(facts.version == "12");
            CHECK(facts.product == "Debian GNU/Linux 12 (bookworm)");
            CHECK(facts.architecture == "x86_64");
            CHECK(facts.package_manager == "apt");
            CHECK(facts.root_device == "/dev/sda1");
            CHECK(facts.mount_points == std::vector<MountPoint>{{"/", "/dev/sda1", "ext4"}});
        }
}

TEST_CASE("guest: which entries are immutable or append-only") {
    ImageFile image({"--root-hook", "echo x >etc/motd; echo x >etc/log; ln -s motd etc/link"});
    image.debugfs("sif /etc/motd flags 0x80010", true);
    image.debugfs("sif /etc/log flags 0x80020", true);
    image.debugfs("sif /home flags 0x80010", true);
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const std::unique_ptr<Guest> guest = image.open(kind, true);
            CHECK(guest->unchangeable({"/etc/motd", "/etc/passwd", "/etc/log", "/etc/link", "/home",
                                       "/etc/absent", "/bin/sh", "/"}) ==
                  std::vector<std::string>{"/etc/motd", "/etc/log", "/home"});
            CHECK(guest->unchangeable({}).empty());
            guest->finish();
        }
}

TEST_CASE("guest: an entry is described without following a final link") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const Guest &guest = shared_guest(kind);
            CHECK(guest.lstat("/etc/shadow") == FileInfo{Type::regular, 0640, 0, 0, 54});
            CHECK(guest.lstat("/tmp")->mode == 01777);
            CHECK(guest.lstat("/tmp")->type == Type::directory);
            CHECK(guest.lstat("/")->type == Type::directory);
            CHECK(guest.lstat("/bin/sh")->type == Type::symlink);
            CHECK(guest.lstat("/var/run/absent") == std::nullopt);
            CHECK(guest.lstat("/etc/passwd/below") == std::nullopt);
            CHECK(guest.lstat("/no/such/directory") == std::nullopt);
            CHECK(guest.read_link("/bin/sh") == "busybox");
            CHECK(message_of([&] { static_cast<void>(guest.read_link("/etc/passwd")); }) ==
                  "cannot read the link /etc/passwd in the guest: Invalid argument");
        }
}

TEST_CASE("guest: a file is read within a bound") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const Guest &guest = shared_guest(kind);
            CHECK(guest.read("/etc/hostname", 5) == "tiny\n");
            CHECK(message_of([&] { static_cast<void>(guest.read("/etc/hostname", 4)); }) ==
                  "/etc/hostname in the guest is larger than 4 B");
            CHECK(message_of([&] { static_cast<void>(guest.read("/etc", 4)); }) ==
                  "/etc is not a regular file in the guest");
            CHECK(message_of([&] { static_cast<void>(guest.read("/absent", 4)); }) ==
                  "cannot read /absent in the guest: No such file or directory");
            CHECK(guest.sha256("/etc/hostname") == base::sha256_hex("tiny\n"));
            CHECK(message_of([&] { static_cast<void>(guest.sha256("/tmp")); }) ==
                  "/tmp is not a regular file in the guest");
            CHECK(guest.read("/etc/fstab", 10).empty());
        }
}

TEST_CASE("guest: a directory is listed by name") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            CHECK(names(guest.list("/etc")) ==
                  std::vector<std::string>{"fstab", "group", "hostname", "hosts", "init.d",
                                           "os-release", "passwd", "resolv.conf", "shadow"});
            CHECK(guest.list("/absent").empty());
            CHECK(guest.list("/etc/passwd").empty());
            guest.make_link("/var/log", "/opt/list-link");
            const std::vector<DirectoryEntry> entries = guest.list("/opt/list-link");
            REQUIRE(names(entries) == std::vector<std::string>{"messages"});
            CHECK(entries[0].info == FileInfo{Type::regular, 0644, 0, 0, 5});
            CHECK(guest.list("/bin").size() > 200);
            CHECK(guest.list("/bin").front().info.type == Type::symlink);
            guest.remove("/opt/list-link");
        }
}

TEST_CASE("guest: a file is written with its mode and owner") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            guest.make_directory("/opt/write", 0750, 1000, 4);
            CHECK(guest.lstat("/opt/write")->mode == 0750);
            CHECK(guest.lstat("/opt/write")->uid == 1000);
            CHECK(guest.lstat("/opt/write")->gid == 4);
            CHECK(message_of([&] { guest.make_directory("/opt/write", 0755, 0, 0); }) ==
                  "cannot create the directory /opt/write in the guest: File exists");

            guest.write("/opt/write/set-id", std::string("one\n"), 04755, 1000, 1000);
            CHECK(guest.lstat("/opt/write/set-id") ==
                  FileInfo{Type::regular, 04755, 1000, 1000, 4});
            guest.write("/opt/write/set-id", std::string("three\n"), 0600, 0, 0);
            CHECK(guest.lstat("/opt/write/set-id") == FileInfo{Type::regular, 0600, 0, 0, 6});
            CHECK(guest.read("/opt/write/set-id", 100) == "three\n");
            guest.write("/opt/write/empty", std::string(), 0644, 0, 0);
            CHECK(guest.read("/opt/write/empty", 100).empty());
            const std::string bytes("\0\n\xff"
                                    "end",
                                    6);
            guest.write("/opt/write/bytes", bytes, 0644, 0, 0);
            CHECK(guest.read("/opt/write/bytes", 100) == bytes);
            CHECK(names(guest.list("/opt/write")) ==
                  std::vector<std::string>{"bytes", "empty", "set-id"});

            guest.set_attributes("/opt/write/bytes", 02711, 5, 6);
            CHECK(guest.lstat("/opt/write/bytes") == FileInfo{Type::regular, 02711, 5, 6, 6});
            CHECK(message_of([&] { guest.set_attributes("/opt/none", 0644, 0, 0); }) ==
                  "cannot set the mode and owner of /opt/none in the guest: "
                  "No such file or directory");
            CHECK(message_of([&] { guest.write("/opt/none/x", std::string(), 0644, 0, 0); }) ==
                  "cannot write /opt/none/x in the guest: No such file or directory");
            CHECK(message_of([&] { guest.write("/opt/write", std::string(), 0644, 0, 0); }) ==
                  "cannot write /opt/write in the guest: Is a directory");
            guest.remove("/opt/write");
            CHECK(guest.lstat("/opt/write") == std::nullopt);
        }
}

TEST_CASE("guest: a file of the host is written byte for byte") {
    const base::TemporaryDirectory directory("/tmp", own_prefix());
    const std::filesystem::path source = directory.path() / "big, with comma";
    std::string bytes(3 * 1024 * 1024 + 17, 'x');
    for (std::size_t at = 0; at < bytes.size(); at += 11)
        bytes[at] = static_cast<char>(at);
    std::ofstream(source) << bytes;
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            guest.write("/opt/big", source, 0640, 0, 4);
            CHECK(guest.sha256("/opt/big") == base::sha256_hex(bytes));
            CHECK(guest.read("/opt/big", bytes.size()) == bytes);
            CHECK(guest.lstat("/opt/big")->gid == 4);
            guest.remove("/opt/big");
        }
}

TEST_CASE("guest: holes of a file of the host are no data in the guest") {
    const base::TemporaryDirectory directory("/tmp", own_prefix());
    const std::filesystem::path source = directory.path() / "sparse";
    std::ofstream(source) << "begin";
    std::filesystem::resize_file(source, 20 << 20);
    std::ofstream(source, std::ios::app) << "middle";
    std::filesystem::resize_file(source, 30 << 20);
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            guest.write("/opt/sparse", source, 0644, 0, 0);
            CHECK(guest.lstat("/opt/sparse")->size == 30 << 20);
            CHECK(guest.sha256("/opt/sparse") == base::sha256_file(source));
            const std::string blocks = run(guest, "stat -c %b /opt/sparse").out.text;
            CHECK((kind == GuestKind::appliance || std::stoi(blocks) < 100));
            guest.remove("/opt/sparse");
        }
}

TEST_CASE("guest: links are made and replaced, never written through") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            guest.make_directory("/opt/links", 0755, 0, 0);
            guest.write("/opt/links/target", std::string("kept\n"), 0644, 0, 0);
            guest.make_link("target", "/opt/links/link");
            CHECK(guest.read("/opt/links/link", 10) == "kept\n");
            guest.make_link("/dangling", "/opt/links/link");
            CHECK(guest.read_link("/opt/links/link") == "/dangling");
            guest.make_link("target", "/opt/links/link");
            guest.write("/opt/links/link", std::string("new\n"), 0644, 0, 0);
            CHECK(guest.lstat("/opt/links/link")->type == Type::regular);
            CHECK(guest.read("/opt/links/target", 10) == "kept\n");
            CHECK(message_of([&] { guest.make_link("x", "/opt/links"); }) ==
                  "cannot create the link /opt/links in the guest: Is a directory");
            guest.make_link("/etc", "/opt/links/to-etc");
            guest.remove("/opt/links/to-etc");
            guest.make_link("/etc", "/opt/links/to-etc");
            guest.remove("/opt/links");
            CHECK(guest.lstat("/opt/links") == std::nullopt);
            CHECK(guest.lstat("/etc/passwd") != std::nullopt);
            guest.remove("/opt/links");
        }
}

TEST_CASE("guest: links that point outside stay inside") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            const std::string up = "../../../../../../../../../../..";
            guest.make_directory("/opt/escape", 0755, 0, 0);
            guest.make_link("/etc/hostname", "/opt/escape/absolute");
            guest.make_link(up + "/etc/hostname", "/opt/escape/upward");
            guest.make_link(up, "/opt/escape/root");
            guest.make_link("/proc/self/root", "/opt/escape/magic");
            CHECK(guest.read("/opt/escape/absolute", 100) == "tiny\n");
            CHECK(guest.read("/opt/escape/upward", 100) == "tiny\n");
            CHECK(guest.read("/opt/escape/root/etc/hostname", 100) == "tiny\n");
            CHECK(guest.lstat("/opt/escape/magic/etc/hostname") == std::nullopt);
            guest.write("/opt/escape/root/opt/escape/written", std::string("in\n"), 0644, 0, 0);
            CHECK(guest.read("/opt/escape/written", 100) == "in\n");
            CHECK_FALSE(std::filesystem::exists("/opt/escape/written"));
            guest.remove("/opt/escape/root/opt/escape/written");
            CHECK(guest.lstat("/opt/escape/written") == std::nullopt);
            guest.remove("/opt/escape");
        }
}
