// What changed in a guest's tree, the same claims for both ways of opening it.

#include "base/digest.hpp"
#include "base/text.hpp"
#include "unit/guest/open_guests.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace retouch;
using namespace retouch::test;

namespace {

std::string told(const std::optional<EntryState> &state) {
    if (!state)
        return "-";
    constexpr std::array types = {"file", "directory", "link", "special"};
    const FileInfo &info = state->info;
    std::string text = fmt::format("{} {} {}:{}", types[static_cast<std::size_t>(info.type)],
                                   base::format_mode(info.mode), info.uid, info.gid);
    if (info.type == FileInfo::Type::regular)
        text += fmt::format(" {} {}", info.size, state->sha256.empty() ? "?" : state->sha256);
    if (!state->target.empty())
        text += " " + state->target;
    for (const std::string &attribute : base::split_lines(state->attributes))
        text += " " + attribute;
    return text;
}

std::vector<std::string> told(const std::vector<EntryChange> &changes) {
    std::vector<std::string> lines;
    for (const EntryChange &change : changes)
        lines.push_back(
            fmt::format("{} | {} | {}", change.path, told(change.before), told(change.after)));
    return lines;
}

/// "SIZE SHA256" of a file with these bytes.
std::string of(std::string_view bytes) {
    return fmt::format("{} {}", bytes.size(), base::sha256_hex(bytes));
}

std::string file(std::string_view bytes, std::string_view rest = "0644 0:0") {
    return fmt::format("file {} {}", rest, of(bytes));
}

void must_run(Guest &guest, const std::string &script) {
    const CommandResult result = run(guest, script);
    CAPTURE(script, result.out.text, result.err.text);
    REQUIRE(result.exit_status == 0);
}

/// What `script` changes in the guest.
std::vector<EntryChange> changes_by(Guest &guest, const std::string &script) {
    must_run(guest, script);
    return guest.changes();
}

std::vector<std::string> diffs(const std::vector<EntryChange> &changes) {
    std::vector<std::string> texts;
    for (const EntryChange &change : changes)
        texts.push_back(change.path + "\n" + change.diff);
    return texts;
}

} // namespace

TEST_CASE("effects: a guest nobody changed has no changes") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            must_run(guest, "echo x >/opt/fx-read; touch -d '2020-01-01 00:00' /opt/fx-read");
            guest.mark({});
            CHECK(guest.changes().empty());
            CHECK(changes_by(guest, "cat /etc/passwd /opt/fx-read; ls -R /etc /usr >/dev/null")
                      .empty());
            const CommandResult accessed = run(guest, "stat -c %x /opt/fx-read");
            CHECK(accessed.out.text.substr(0, 10) == "2020-01-01");
            CHECK(changes_by(guest, "echo x >/tmp/come; rm /tmp/come").empty());
            guest.remove("/opt/fx-read");
            CHECK(told(guest.changes()) ==
                  std::vector<std::string>{"/opt/fx-read | " + file("x\n") + " | -"});
        }
}

TEST_CASE("effects: each kind of change is told once with both states") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            must_run(guest, "mkdir -p /opt/fx/tree/deep; cd /opt/fx\n"
                            "for name in changed gone linked mode owner rewritten to-link; do\n"
                            "  echo $name >$name\n"
                            "done\n"
                            "ln -s a link; ln -s a same-link\n"
                            "echo f >tree/file; ln -s file tree/deep/link; mkfifo special\n");
            guest.mark({});
            const std::vector<EntryChange> changes =
                changes_by(guest, "cd /opt/fx; umask 022\n"
                                  "echo more >>changed; rm gone; chmod 600 mode; chown 5:6 owner\n"
                                  "ln linked hard; cp rewritten /tmp/x; cat /tmp/x >rewritten\n"
                                  "rm /tmp/x to-link; ln -s changed to-link\n"
                                  "ln -sfn b link; rm same-link; ln -s a same-link\n"
                                  "rm -r tree; echo n >added; mkdir -m 2750 directory\n"
                                  "echo s >setid; chmod 4755 setid; rm special\n"
                                  "mkfifo -m 600 special; chmod 1777 .\n"
                                  "truncate -s 1048576 sparse\n"
                                  "echo 1 >\"$(printf 'two\\nlines')\"\n"
                                  "echo 2 >\"$(printf 'byte\\377')\"\n");
            CHECK(told(changes) ==
                  std::vector<std::string>{
                      "/opt/fx | directory 0755 0:0 | directory 1777 0:0",
                      "/opt/fx/added | - | " + file("n\n"),
                      "/opt/fx/byte\\xff | - | " + file("2\n"),
                      "/opt/fx/changed | " + file("changed\n") + " | " + file("changed\nmore\n"),
                      "/opt/fx/directory | - | directory 2750 0:0",
                      "/opt/fx/gone | " + file("gone\n") + " | -",
                      "/opt/fx/hard | - | " + file("linked\n"),
                      "/opt/fx/link | link 0777 0:0 a | link 0777 0:0 b",
                      "/opt/fx/mode | " + file("mode\n") + " | " + file("mode\n", "0600 0:0"),
                      "/opt/fx/owner | " + file("owner\n") + " | " + file("owner\n", "0644 5:6"),
                      "/opt/fx/setid | - | " + file("s\n", "4755 0:0"),
                      "/opt/fx/sparse | - | " + file(std::string(1048576, '\0')),
                      "/opt/fx/special | special 0644 0:0 fifo | "
                      "special 0600 0:0 fifo",
                      "/opt/fx/to-link | " + file("to-link\n") + " | link 0777 0:0 changed",
                      "/opt/fx/tree | directory 0755 0:0 | -",
                      "/opt/fx/tree/deep | directory 0755 0:0 | -",
                      "/opt/fx/tree/deep/link | link 0777 0:0 file | -",
                      "/opt/fx/tree/file | " + file("f\n") + " | -",
                      "/opt/fx/two\nlines | - | " + file("1\n"),
                  });
            guest.remove("/opt/fx");
        }
}

TEST_CASE("effects: extended attributes and capabilities are told") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            guest.make_directory("/opt/fx", 0755, 0, 0);
            guest.write("/opt/fx/set", std::filesystem::path(RETOUCH_SET_ATTRIBUTE), 0755, 0, 0);
            must_run(guest, "cd /opt/fx; echo x >file; ./set file user.gone bye; mkdir directory");
            guest.mark({});
            const std::string before = file("x\n") + " user.gone=627965";
            CHECK(told(changes_by(guest, "cd /opt/fx; ./set file user.gone ''\n"
                                         "./set file security.capability x\n"
                                         "./set directory 'user.a b=\n' y\n"
                                         "./set directory user.long " +
                                             std::string(65, 'z'))) ==
                  std::vector<std::string>{
                      "/opt/fx/directory | directory 0755 0:0 | directory 0755 0:0 "
                      "user.a%20b%3d%0a=79 user.long=sha256:" +
                          base::sha256_hex(std::string(65, 'z')),
                      "/opt/fx/file | " + before + " | " + file("x\n") +
                          " security.capability=0100000200200000000000000000000000000000"});
            guest.remove("/opt/fx");
        }
}

TEST_CASE("effects: bytes nobody kept are known once they were read") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            must_run(guest, "mkdir /var/lib/fx; cd /var/lib/fx; echo same >a; echo one >b");
            guest.mark({});
            // The time of the bytes is put back, that of the inode cannot be.
            CHECK(told(changes_by(guest, "cd /var/lib/fx; echo same >a\n"
                                         "touch -r b /tmp/t; echo two >b; touch -r /tmp/t b\n"
                                         "rm /tmp/t")) ==
                  std::vector<std::string>{
                      "/var/lib/fx/a | file 0644 0:0 5 ? | " + file("same\n"),
                      "/var/lib/fx/b | file 0644 0:0 4 ? | " + file("two\n"),
                  });
            CHECK(told(changes_by(guest, "cd /var/lib/fx; cp a x; mv x a; echo six >b")) ==
                  std::vector<std::string>{"/var/lib/fx/b | " + file("two\n") + " | " +
                                           file("six\n")});
            guest.remove("/var/lib/fx");
        }
}

TEST_CASE("effects: digests are right at every length of a last block") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            guest.mark({});
            std::vector<std::string> expected = {"/var/lib/fx | - | directory 0755 0:0"};
            for (int size = 100; size < 170; ++size)
                expected.push_back(
                    fmt::format("/var/lib/fx/{} | - | {}", size,
                                file(std::string(static_cast<std::size_t>(size), 'a'))));
            CHECK(told(changes_by(guest, "mkdir /var/lib/fx; cd /var/lib/fx\n"
                                         "for i in $(seq 100 169); do\n"
                                         "  yes a | tr -d '\\n' | head -c $i >$i\n"
                                         "done")) == expected);
            guest.remove("/var/lib/fx");
        }
}

TEST_CASE("effects: a text is shown as a diff, a secret and a binary are not") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            must_run(guest, "mkdir -p /opt/fx/closed /var/fx; cd /opt/fx; chmod 700 closed\n"
                            "echo 1 >text; echo 1 >secret; chmod 640 secret; echo 1 >opened\n"
                            "chmod 600 opened; printf '\\000' >binary; echo 1 >closed/inside\n"
                            "echo 1 >named; chmod 600 named; echo 1 >/var/fx/named\n"
                            "echo 1 >/var/fx/elsewhere");
            guest.mark({"/opt/fx/named", "/var/fx/named"});
            const std::vector<EntryChange> changes =
                changes_by(guest, "cd /opt/fx; echo 2 >text; echo 2 >secret; echo 2 >opened\n"
                                  "chmod 644 opened; printf '\\000\\000' >binary\n"
                                  "echo 2 >closed/inside; echo 2 >named; echo 2 >/var/fx/named\n"
                                  "echo 2 >/var/fx/elsewhere; echo new >new\n"
                                  "printf 'no end \\377' >odd; echo s >hidden; chmod 600 hidden\n"
                                  "yes | head -c 100000 >long");
            const auto replaced = [](const std::string &path) {
                return fmt::format("{0}\n--- a{0}\n+++ b{0}\n@@ -1 +1 @@\n-1\n+2\n", path);
            };
            CHECK(diffs(changes) ==
                  std::vector<std::string>{
                      "/opt/fx/binary\n",
                      "/opt/fx/closed/inside\n",
                      "/opt/fx/hidden\n",
                      "/opt/fx/long\n",
                      "/opt/fx/named\n",
                      "/opt/fx/new\n--- /dev/null\n+++ b/opt/fx/new\n@@ -0,0 +1 @@\n+new\n",
                      "/opt/fx/odd\n--- /dev/null\n+++ b/opt/fx/odd\n@@ -0,0 +1 @@\n"
                      "+no end \xef\xbf\xbd\n\\ No newline at end of file\n",
                      "/opt/fx/opened\n",
                      "/opt/fx/secret\n",
                      replaced("/opt/fx/text"),
                      "/var/fx/elsewhere\n",
                      replaced("/var/fx/named"),
                  });
            guest.remove("/opt/fx");
            guest.remove("/var/fx");
        }
}

TEST_CASE("effects: thousands of changes come through whole") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            guest.mark({});
            const std::vector<EntryChange> changes = changes_by(
                guest, "mkdir /opt/fx; cd /opt/fx; yes 0123456789 | head -c 2000 >/tmp/x\n"
                       "for i in $(seq 1000 3999); do cat /tmp/x >$i; done; rm /tmp/x");
            REQUIRE(changes.size() == 3001);
            CHECK(changes[0].path == "/opt/fx");
            CHECK(changes[3000].path == "/opt/fx/3999");
            CHECK(changes[3000].diff.size() > 2000);
            guest.remove("/opt/fx");
            CHECK(guest.changes().size() == 3001);
        }
}

TEST_CASE("effects: a guest's command cannot reach what is around the guest") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            guest.write("/opt/leave", std::filesystem::path(RETOUCH_LEAVE_CHROOT), 0755, 0, 0);
            const CommandResult seen = run(guest, "/opt/leave");
            CHECK(seen.err.text.empty());
            CHECK(seen.out.text == "tiny\n");
            guest.remove("/opt/leave");
        }
}

TEST_CASE("effects: a guest opened for reading is looked at as well") {
    const ImageFile image;
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            const std::unique_ptr<Guest> guest = image.open(kind, true);
            const std::uint64_t written = guest->bytes_written(); // the daemon's own log
            guest->mark({"/etc/hostname"});
            CHECK(guest->changes().empty());
            CHECK(guest->bytes_written() == written);
            guest->finish();
        }
}

TEST_CASE("effects: files of many terabytes and directories of any depth are told in seconds") {
    for (const GuestKind kind : guest_kinds())
        DYNAMIC_SECTION(name_of(kind)) {
            Guest &guest = shared_guest(kind);
            guest.mark({});
            const std::string each = "n=$(printf %0200d 0); for i in $(seq 60); do ";
            const std::vector<EntryChange> changes = changes_by(
                guest,
                "mkdir /opt/fx-deep; truncate -s 3072G /opt/fx-deep/hole; cd /opt/fx-deep; " +
                    each +
                    "mkdir $n; cd -P $n 2>&1; done; echo x >./file; "
                    "chmod 4755 ./file");
            REQUIRE(changes.size() == 63);
            std::size_t longest = 0;
            bool setuid = false;
            for (const EntryChange &change : changes) {
                longest = std::max(longest, change.path.size());
                setuid = setuid || gives_rights(change);
                CHECK(change.path.rfind("/opt/fx-deep", 0) == 0);
                if (change.path == "/opt/fx-deep/hole")
                    CHECK(told(change.after) ==
                          "file 0644 0:0 3298534883328 sha256-used:" +
                              base::sha256_hex(std::string("\0\0\0\0\0\x03\0\0", 8)));
            }
            CHECK(longest < 4096);
            CHECK(setuid);
            must_run(guest, "cd /opt/fx-deep; " + each + "cd -P $n 2>&1; done; rm ./file; " + each +
                                "cd -P .. 2>&1; rmdir $n; done; rm -r /opt/fx-deep");
        }
}
