// What `files` does beyond the cases of tests/steps: host files that change, and guests that fail.

#include "base/digest.hpp"
#include "base/file.hpp"
#include "support/faulty_guest.hpp"
#include "support/memory_guest.hpp"
#include "unit/steps/sections.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <random>

using namespace retouch;
using namespace retouch::test;

namespace {

namespace fs = std::filesystem;

StepChange preview(const Step &step, const GuestView &guest) {
    return find_step_kind(step.kind)->preview(step, guest);
}

StepResult execute(const Step &step, Guest &guest) {
    return find_step_kind(step.kind)->execute(step, guest);
}

/// The kind and message of the Error that executing gives.
std::string failure(const Step &step, Guest &guest) {
    try {
        static_cast<void>(execute(step, guest));
    } catch (const Error &error) {
        return std::string(error.kind() == ErrorKind::stale ? "stale: " : "other: ") +
               error.what() + "; " + error.hint();
    }
    return "none";
}

void put(const fs::path &path, const std::string &content) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
}

} // namespace

TEST_CASE("files: what is immutable or append-only is refused before anything is done") {
    struct Case {
        const char *entry;
        const char *unchangeable;
        std::string said; ///< of the plan; empty: it is planned
    };

    const std::string end =
        " is immutable or append-only in the image: take that off with chattr -ia";
    for (const Case &one : std::initializer_list<Case>{
             {"- {to: /etc/motd, content: new}", "/etc/motd", "/etc/motd" + end},
             {"- {to: /etc/motd, content: new}", "/etc", "/etc" + end},
             {"- {to: /etc/motd, content: old}", "/etc/motd", ""},
             {"- {remove: /etc/motd}", "/etc/motd", "/etc/motd" + end},
             {"- {remove: /etc/absent}", "/etc", ""},
             {"- {to: /etc/made, content: new}", "/etc", "/etc" + end},
             {"- {to: /etc/deep/down/made, content: new}", "/etc", "/etc" + end},
             {"- {to: /linked/made, content: new}", "/etc", "/etc" + end},
             {"- {to: /etc/made, content: new}", "/", ""}}) {
        CAPTURE(one.entry, one.unchangeable);
        MemoryGuest guest;
        guest.put_file("/etc/motd", "old");
        guest.put_link("/linked", "etc");
        guest.make_unchangeable(one.unchangeable);
        const Step step = read_step("files", one.entry);
        std::string said;
        try {
            static_cast<void>(preview(step, guest));
        } catch (const Error &error) {
            said = error.what();
        }
        CHECK(said == (one.said.empty() ? "" : "r.yaml:1: " + step.summary + ": " + one.said));
    }
}

TEST_CASE("cleanup: what is immutable or append-only is told, as a command may take that off") {
    MemoryGuest guest;
    guest.put_file("/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
    guest.make_unchangeable("/etc/machine-id");
    const StepChange change = preview(read_step("cleanup", "- machine-id"), guest);
    CHECK(change.state == StepState::change);
    CHECK(change.reason == "1 entry, 33 B; /etc/machine-id is immutable or append-only in the "
                           "image: take that off with chattr -ia");
}

TEST_CASE("cleanup: what is immutable deep in a directory that goes is told, too") {
    MemoryGuest guest;
    guest.put_file("/tmp/a/b/kept", "12345");
    guest.make_unchangeable("/tmp/a/b");
    CHECK(preview(read_step("cleanup", "- temporary-files"), guest).reason ==
          "3 entries, 5 B; /tmp/a/b is immutable or append-only in the image: take that off with "
          "chattr -ia");
}

TEST_CASE("files: a host file that changed or went since the plan is refused as stale") {
    const base::TemporaryDirectory host(fs::temp_directory_path(), "steps-");
    const fs::path path = host.path() / "x.rpm";
    put(path, "planned");
    const Step step = read_step("files", "- {to: /root/x.rpm, from: x.rpm}", host.path());
    MemoryGuest guest;
    put(path, "changed");
    CHECK(failure(step, guest) ==
          "stale: " + path.string() + " changed since the plan was made; make a new plan");
    CHECK(guest.mutations() == 0);
    fs::remove(path);
    CHECK(failure(step, guest) ==
          "stale: " + path.string() + " is gone since the plan was made; make a new plan");
    CHECK(guest.mutations() == 0);
    put(path, "planned");
    CHECK(execute(step, guest).outcome == StepOutcome::changed);
    CHECK(guest.nodes().at("/root/x.rpm").content == "planned");
}

TEST_CASE("files: what is as wanted is not read from this machine again") {
    const base::TemporaryDirectory host(fs::temp_directory_path(), "steps-");
    put(host.path() / "x", "same");
    const Step step = read_step("files", "- {to: /x, from: x}", host.path());
    MemoryGuest guest;
    guest.put_file("/x", "same");
    fs::remove(host.path() / "x");
    CHECK(execute(step, guest).outcome == StepOutcome::unchanged);
    CHECK(guest.mutations() == 0);
}

TEST_CASE("files: on FAT there are neither owners nor modes to differ") {
    const Step step =
        read_step("files", "- {to: /boot/efi/x, content: same, mode: \"0600\", owner: debian}");
    const Step check =
        read_step("checks", "- {file: /boot/efi/x, mode: \"0600\", owner: debian, contains: same}");
    for (const char *filesystem : {"vfat", "ext4"}) {
        CAPTURE(filesystem);
        const bool is_fat = filesystem == std::string("vfat");
        MemoryGuest guest;
        guest.mutable_facts().mount_points.push_back({"/boot/efi", "/dev/sda2", filesystem});
        guest.put_file("/boot/efi/x", "same");
        CHECK((preview(step, guest).state == StepState::unchanged) == is_fat);
        CHECK((execute(check, guest).outcome == StepOutcome::passed) == is_fat);
        guest.put_file("/boot/efi/x", "other");
        CHECK(execute(step, guest).outcome == StepOutcome::changed);
        CHECK(guest.lstat("/boot/efi/x")->uid == (is_fat ? 0 : 1000));
    }
}

TEST_CASE("files: nothing is put where the image's fstab mounts another directory or the network") {
    MemoryGuest guest;
    guest.put_file("/etc/fstab", "/dev/sda3 /home/local ext4 defaults 0 2\n"
                                 "/data/www /srv/www none bind 0 0\n"
                                 "files:/home /home nfs4 defaults 0 0\n"
                                 "files:/linked /mnt/link nfs4 defaults 0 0\n");
    guest.mutable_facts().mount_points.push_back({"/home/local", "/dev/sda3", "ext4"});
    guest.put_link("/web", "srv/www");
    guest.put_link("/mnt/link", "/opt/real");
    guest.put_directory("/opt/real");
    const auto outcome = [&](const std::string &path) {
        const Step step = read_step("files", "- {to: " + path + ", content: x}");
        const std::string message = execute(step, guest).message;
        if (!message.empty())
            CHECK_THROWS_WITH(preview(step, guest), "r.yaml:1: write " + path + ": " + message);
        return message;
    };
    CHECK(outcome("/srv/www/site/index.html") ==
          "a machine that boots the image does not see /srv/www/site/index.html: its /etc/fstab "
          "mounts /data/www on /srv/www; put it there, or take that line out");
    CHECK(outcome("/web/x") == "a machine that boots the image does not see /srv/www/x: its "
                               "/etc/fstab mounts /data/www on /srv/www; put it there, or take "
                               "that line out");
    CHECK(outcome("/home/bob/.profile") ==
          "a machine that boots the image does not see /home/bob/.profile: its /etc/fstab mounts "
          "files:/home on /home; put it there, or take that line out");
    CHECK(outcome("/opt/real/x") ==
          "a machine that boots the image does not see /opt/real/x: its /etc/fstab mounts "
          "files:/linked on /opt/real; put it there, or take that line out");
    CHECK(outcome("/home/local/x").empty());
    CHECK(outcome("/srv/wwwroot").empty());
}

TEST_CASE("files: large and binary files are described, not shown") {
    const base::TemporaryDirectory host(fs::temp_directory_path(), "steps-");
    put(host.path() / "x", std::string(300'000, 'x'));
    const Step step = read_step("files", "- {to: /x, from: x}", host.path());
    MemoryGuest guest;
    CHECK(preview(step, guest) == StepChange{StepState::change, "new file", ""});
    guest.put_file("/x", "short");
    const StepChange change = preview(step, guest);
    CHECK(change.reason == "contents differ");
    CHECK(change.diff == "/x (5 B, sha256 " + base::sha256_hex("short") +
                             ") and /x (293.0 KiB, sha256 " +
                             base::sha256_hex(std::string(300'000, 'x')) + ") differ\n");
}

TEST_CASE(
    "files: what not everybody on this host may read is not shown, whatever its mode will be") {
    const base::TemporaryDirectory host(fs::temp_directory_path(), "steps-");
    put(host.path() / "key", "secret\n");
    put(host.path() / "tree/open", "open\n");
    put(host.path() / "tree/shut", "secret\n");
    fs::permissions(host.path() / "key", fs::perms{0600});
    fs::permissions(host.path() / "tree/open", fs::perms{0644});
    fs::permissions(host.path() / "tree/shut", fs::perms{0640});
    MemoryGuest guest;
    const Step key = read_step("files", "- {to: /etc/key, from: key, mode: \"0644\"}", host.path());
    CHECK(preview(key, guest).diff ==
          "/etc/key: nothing -> 7 B, not shown: not everybody may read it\n");
    const Step tree = read_step("files", "- {to: /etc/tree, from: tree}", host.path());
    CHECK(preview(tree, guest).diff ==
          "--- /dev/null\n+++ /etc/tree/open\n@@ -0,0 +1 @@\n+open\n"
          "/etc/tree/shut: nothing -> 7 B, not shown: not everybody may read it\n");
    const auto hidden = find_step_kind("files")->hidden;
    const std::string digest = base::sha256_hex("secret\n");
    CHECK(hidden(key) == std::vector<HiddenContents>{{"/etc/key", digest}});
    CHECK(hidden(tree) == std::vector<HiddenContents>{{"/etc/tree/shut", digest}});
    put(host.path() / "key", "");
    CHECK(hidden(read_step("files", "- {to: /etc/key, from: key}", host.path())) ==
          std::vector<HiddenContents>{{"/etc/key", ""}});
}

TEST_CASE("files: a diff of hostile text is safe to print") {
    MemoryGuest guest;
    guest.put_file("/x", "\x1b[31mold\xff\n");
    const Step step = read_step("files", "- {to: /x, content: \"new\\n\"}");
    CHECK(preview(step, guest).diff == "--- /x\n+++ /x\n@@ -1 +1 @@\n-\\x1b[31mold\\xff\n+new\n");
}

TEST_CASE("files: a preview that is bound to fail is an error with the recipe's line") {
    MemoryGuest guest;
    guest.put_directory("/x");
    const Step step = read_step("files", "\n- {to: /x, content: y}");
    CHECK_THROWS_WITH(preview(step, guest),
                      "r.yaml:2: write /x: /x is a directory in the image; remove it first");
}

TEST_CASE("files: after any failing write a second run still reaches the wanted state") {
    const base::TemporaryDirectory host(fs::temp_directory_path(), "steps-");
    put(host.path() / "tree/a/b/c", "c");
    put(host.path() / "tree/d", "d");
    fs::create_symlink("d", host.path() / "tree/e");
    const Step step =
        read_step("files", "- {to: /new/place, from: tree, owner: daemon}", host.path());
    MemoryGuest wanted;
    REQUIRE(execute(step, wanted).outcome == StepOutcome::changed);
    const int writes = wanted.mutations();
    REQUIRE(writes == 7);
    for (int failing = 1; failing <= writes; ++failing) {
        MemoryGuest guest;
        FaultyGuest faulty(guest, failing);
        CHECK(failure(step, faulty) == "other: injected fault; ");
        CHECK(execute(step, guest).outcome == StepOutcome::changed);
        CHECK(guest.nodes() == wanted.nodes());
        CHECK(preview(step, guest).state == StepState::unchanged);
    }
}

TEST_CASE("files: planning never writes, and what was applied is planned as unchanged") {
    const auto seed = GENERATE(take(20, random(0U, 1'000'000U)));
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto pick = [&random](unsigned below) { return static_cast<unsigned>(random() % below); };
    const base::TemporaryDirectory host(fs::temp_directory_path(), "steps-");
    fs::create_directory(host.path() / "tree");
    MemoryGuest guest;
    const std::vector<std::string> names = {"a", "b", "a/c", "a/d", "b/a/c", "b/e"};
    for (const std::string &name : names) {
        std::error_code ignored;
        if (pick(2) == 0) {
            fs::create_directories((host.path() / "tree" / name).parent_path(), ignored);
            std::ofstream(host.path() / "tree" / name) << pick(2);
        }
        if (name.size() > 1 && pick(3) == 0)
            guest.put("/to/" + name, {FileInfo::Type::regular, 0600 + pick(2) * 044, pick(2),
                                      pick(2), std::to_string(pick(2))});
    }
    const Step step = read_step("files", "- {to: /to, from: tree}", host.path());
    const auto before = guest.nodes();
    StepState foreseen = StepState::unknown;
    try {
        foreseen = preview(step, guest).state;
    } catch (const Error &) {
        CHECK(execute(step, guest).outcome == StepOutcome::failed);
        return;
    }
    CHECK(guest.nodes() == before);
    CHECK(guest.mutations() == 0);
    const StepOutcome outcome = execute(step, guest).outcome;
    CHECK((outcome == StepOutcome::changed) == (foreseen == StepState::change));
    CHECK(preview(step, guest).state == StepState::unchanged);
    const int mutations = guest.mutations();
    CHECK(execute(step, guest).outcome == StepOutcome::unchanged);
    CHECK(guest.mutations() == mutations);
}
