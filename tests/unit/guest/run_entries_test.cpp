// What a booted machine has below /run is there for commands, guards and checks, in both guests.

#include "base/file.hpp"
#include "guest/sandbox/guest_texts.hpp"
#include "guest/sandbox/run_entry.hpp"
#include "guest/sandbox/runtime_directories.hpp"
#include "guest/sandbox/tmpfiles.hpp"
#include "unit/guest/open_guests.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>

using namespace retouch;
using namespace retouch::test;

namespace {

/// An entry in one line.
std::string shown(const guest::RunEntry &entry) {
    constexpr std::array types = {"directory", "file", "link", "fifo"};
    return fmt::format("{} {} {:o} {}:{}{}{}", types.at(static_cast<std::size_t>(entry.type)),
                       entry.path, entry.mode, entry.user, entry.group,
                       entry.argument.empty() ? "" : " ", entry.argument);
}

std::vector<std::string> shown(const std::vector<guest::RunEntry> &entries) {
    std::vector<std::string> lines;
    lines.reserve(entries.size());
    for (const guest::RunEntry &entry : entries)
        lines.push_back(shown(entry));
    return lines;
}

using Lines = std::vector<std::string>;

/// Files of the image that say what is made, and a systemd that is there.
constexpr const char *k_system =
    "mkdir -p usr/lib/systemd/system usr/lib/tmpfiles.d etc/tmpfiles.d "
    "etc/systemd/system/multi-user.target.wants etc/systemd/system/db.service.d; "
    "cp bin/busybox usr/lib/systemd/systemd; "
    "printf 'd /run/app 2750 debian adm -\\nL /run/shm - - - - /dev/shm\\n"
    "f /run/app/state 0640 daemon - - ready\\nf /run/evil/x\\nL /run/out - - - - /etc\\n"
    "d /run/out 0700 daemon daemon\\nd /run/out/below\\nd /etc/elsewhere\\n"
    "d /run/strange 0755 nobody-known root\\n' >usr/lib/tmpfiles.d/app.conf; "
    "echo 'd /run/masked' >usr/lib/tmpfiles.d/masked.conf; "
    "ln -s /dev/null etc/tmpfiles.d/masked.conf; "
    "printf '[Service]\\nRuntimeDirectory=sshd\\n' >usr/lib/systemd/system/ssh.service; "
    "printf '[Service]\\nUser=debian\\nRuntimeDirectory=db db/lock\\n' "
    ">usr/lib/systemd/system/db.service; "
    "printf '[Service]\\nRuntimeDirectoryMode=0700\\n' >etc/systemd/system/db.service.d/mode.conf; "
    "printf '[Service]\\nRuntimeDirectory=idle\\n' >usr/lib/systemd/system/idle.service; "
    "printf '[Service]\\nUser=1000\\nRuntimeDirectory=num/%%i\\n' "
    ">usr/lib/systemd/system/num@.service; "
    "ln -s /usr/lib/systemd/system/num@.service "
    "etc/systemd/system/multi-user.target.wants/num@one.service; "
    "for s in ssh db; do ln -s /usr/lib/systemd/system/$s.service "
    "etc/systemd/system/multi-user.target.wants/; done";

} // namespace

TEST_CASE("run entries: lines of tmpfiles.d that make something below /run") {
    CHECK(shown(guest::tmpfiles_entries("# d /run/no\n"
                                        "d /run/sshd 0755 root root -\n"
                                        "D  /var/run/screen/  1777 root utmp 10d\n"
                                        "f+ /run/motd 0644 - - - \\tHello\\n100%%\n"
                                        "f \"/run/with blank\" ~0600 :adm -\n"
                                        "L+ %t/shm - - - - /dev/shm\n"
                                        "L /run/default\n"
                                        "p /run/pipe 0660 - disk\n")) ==
          Lines{"directory /run/sshd 755 root:root", "directory /run/screen 1777 root:utmp",
                "file /run/motd 644 : \tHello\n100%",
                "file /run/with blank 600 adm:", "link /run/shm 644 : /dev/shm",
                "link /run/default 644 : /usr/share/factory/run/default",
                "fifo /run/pipe 660 :disk"});
}

TEST_CASE("run entries: escapes and base64 in lines of tmpfiles.d are what they stand for") {
    CHECK(shown(guest::tmpfiles_entries("d /run/a\\x20b\\u00e9\\101 0755 - - -\n"
                                        "f /run/hex - - - - \\x41\\x2f\\060\\u20ac\n"
                                        "L /run/link - - - - /a\\x20b\n"
                                        "f~ /run/bytes - - - - aGFsbG8K\n"
                                        "f+~ /run/short - - - - JXQ=\n")) ==
          Lines{"directory /run/a b\u00e9A 755 :", "file /run/hex 644 : A/0\u20ac",
                "link /run/link 644 : /a b", "file /run/bytes 644 : hallo\n",
                "file /run/short 644 : %t"});
    CHECK(guest::tmpfiles_entries("d /run/x\\q\nd /run/x\\x4\nd /run/x\\x00\nd /run/x\\400\n"
                                  "f /run/x - - - - \\u12\nf~ /run/x - - - - a===\n"
                                  "f~ /run/x - - - - abc\nf~ /run/x - - - - a*cd\nd~ /run/x\n"
                                  "f^ /run/x - - - - some.credential\n")
              .empty());
}

TEST_CASE("run entries: other lines of tmpfiles.d make nothing") {
    CHECK(guest::tmpfiles_entries(
              "f+! /run/nologin 0644 - - - \"System is booting up.\"\n"
              "d /var/lib/app\nd /run\nd /run/../etc/x\nd /run/./x\nd /run//x\n"
              "d /run/retouch/x\nd relative\nd /run/user/%U\nd /run/x 0999\n"
              "d /run/x 99999999999\nz /run/log/journal 2755\nr /run/x\nC /run/x\n"
              "c /run/x 0600 - - - 1:3\nx\n\nd")
              .empty());
}

TEST_CASE("run entries: nobody's path is longer or deeper than these") {
    const auto deep = [](int levels) {
        std::string path = "/run";
        for (int level = 0; level < levels; ++level)
            path += "/a";
        return path;
    };
    CHECK(guest::place_in_run(deep(31)) == deep(31));
    CHECK(guest::place_in_run(deep(32)).empty());
    CHECK(guest::place_in_run("/run/" + std::string(1019, 'a')).size() == 1024);
    CHECK(guest::place_in_run("/run/" + std::string(1020, 'a')).empty());
}

TEST_CASE("guest texts: what does not fit into the budget is left out, and so is what follows") {
    const base::TemporaryDirectory directory(std::filesystem::temp_directory_path(), "texts-");
    const std::string path = directory.path() / "x";
    std::ofstream(path) << "12345";
    guest::TextBudget budget{12};
    CHECK(guest::read_guest_text(path, budget) == "12345");
    CHECK(guest::read_guest_text(path, budget) == "12345");
    CHECK(guest::read_guest_text(path, budget).empty());
    CHECK(budget.bytes == 0);
    CHECK(guest::read_guest_text(path, budget).empty());
}

TEST_CASE("run entries: a mode that is none is passed over") {
    for (const char *mode : {"u=rwx", "99999999999", "17777", "", "0x1ff"})
        CHECK(guest::runtime_directories(
                  "[Service]\nRuntimeDirectory=x\nRuntimeDirectoryMode=" + std::string(mode) + "\n",
                  "x.service")
                  .at(0)
                  .mode == 0755);
}

TEST_CASE("run entries: directories that a service's unit names") {
    CHECK(shown(guest::runtime_directories("[Unit]\nRuntimeDirectory=no\n[Service]\n"
                                           "RuntimeDirectory = lost\nRuntimeDirectory=\n"
                                           "RuntimeDirectory=app/one \\\n  app/two:other\n"
                                           "RuntimeDirectory=\"app three\"\n"
                                           "RuntimeDirectoryMode=0750\nUser=app\n",
                                           "app.service")) ==
          Lines{"directory /run/app/one 750 app:", "directory /run/app/two 750 app:",
                "directory /run/app three 750 app:"});
    CHECK(guest::runtime_directories("[Service]\nRuntimeDirectory=x\nDynamicUser=yes", "x.service")
              .empty());
    CHECK(guest::runtime_directories("[Service]\nRuntimeDirectory=%h ../etc /x", "x.service")
              .empty());
    CHECK(
        guest::runtime_directories("[Service]\nUser=%h\nRuntimeDirectory=x", "x.service").empty());
}

TEST_CASE(
    "run entries: a unit may name its directories by its own name, and that of its instance") {
    const auto of = [](const std::string &text, const std::string &name) {
        return shown(
            guest::runtime_directories("[Service]\nRuntimeDirectory=" + text + "\n", name));
    };
    CHECK(of("%p %N %n a%%b", "app.service") ==
          Lines{"directory /run/app 755 :", "directory /run/app 755 :",
                "directory /run/app.service 755 :", "directory /run/a%b 755 :"});
    CHECK(of("%p/%i %I x-%i\nUser=u-%i", "app@a-b\\x2dc.service") ==
          Lines{"directory /run/app/a-b\\x2dc 755 u-a-b\\x2dc:",
                "directory /run/a/b-c 755 u-a-b\\x2dc:",
                "directory /run/x-a-b\\x2dc 755 u-a-b\\x2dc:"});
}

TEST_CASE("run entries: commands, guards and checks find what a booted machine has") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const ImageFile image({"--root-hook", k_system});
            const std::unique_ptr<Guest> guest = image.open(kind);
            GuestCommand command;
            command.script = "cd /run; find . -path ./retouch -prune -o ! -path . -print | sort | "
                             "while read -r p; do stat -c '%n %F %a %U:%G' $p; done; "
                             "readlink shm; cat app/state; stat -c %a /etc; ls -d /etc/below";
            const std::string expected = "./app directory 2750 debian:adm\n"
                                         "./app/state regular file 640 daemon:root\n"
                                         "./db directory 700 debian:debian\n"
                                         "./db/lock directory 700 debian:debian\n"
                                         "./evil directory 755 root:root\n"
                                         "./evil/x regular empty file 644 root:root\n"
                                         "./lock directory 1777 root:root\n"
                                         "./num directory 755 root:root\n"
                                         "./num/one directory 755 debian:debian\n"
                                         "./out symbolic link 777 root:root\n"
                                         "./shm symbolic link 777 root:root\n"
                                         "./sshd directory 755 root:root\n"
                                         "/dev/shm\nready755\n";
            CHECK(guest->probe(command).out.text == expected);
            CHECK(guest->run(command).out.text == expected);
            command.shell = "/etc/passwd-";
            CHECK_THROWS_WITH(guest->run(command), "the shell /etc/passwd- is not in the guest");
            guest->finish();
        }
}

TEST_CASE("run entries: without systemd there are none") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            GuestCommand command;
            command.script = "ls -A /run";
            CHECK(shared_guest(kind).probe(command).out.text == "lock\nretouch\n");
        }
}
