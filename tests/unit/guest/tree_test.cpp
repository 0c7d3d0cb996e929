// Trees, what is kept of them, and the bytes in which the runner tells them.

#include "base/digest.hpp"
#include "base/file.hpp"
#include "guest/effects/entry_changes.hpp"
#include "guest/host/remove_tree.hpp"
#include "guest/host/tree_tools.hpp"
#include "guest/tree/file_digest.hpp"
#include "guest/tree/kept_texts.hpp"
#include "guest/tree/packing.hpp"
#include "guest/tree/tree_comparison.hpp"
#include "guest/tree/tree_memory.hpp"
#include "guest/tree/tree_walk.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

using namespace retouch;
namespace fs = std::filesystem;

namespace {

guest::TreeEntry file(const std::string &path, std::uint64_t inode = 1, std::int64_t changed = 1) {
    guest::TreeEntry entry;
    entry.path = path;
    entry.info = {FileInfo::Type::regular, 0644, 0, 0, 4};
    entry.inode = inode;
    entry.changed = changed;
    return entry;
}

guest::TreeEntry other(const std::string &path, FileInfo::Type type, std::int64_t changed = 1) {
    guest::TreeEntry entry;
    entry.path = path;
    entry.info = {type, 0755, 0, 0, 0};
    entry.changed = changed;
    return entry;
}

std::vector<std::string> compared(const guest::Tree &before, guest::Tree after) {
    std::vector<std::string> result;
    for (const guest::TreePair &pair : guest::compare_trees(before, after))
        result.push_back((pair.before == nullptr  ? "+"
                          : pair.after == nullptr ? "-"
                                                  : "~") +
                         (pair.before == nullptr ? pair.after->path : pair.before->path));
    return result;
}

std::vector<guest::SeenChange> sample() {
    guest::TreeEntry before = file("/etc/a");
    before.attributes = "user.x=00\n";
    before.target = "t";
    guest::TreeEntry after = file("/etc/a", 2, -5);
    after.sha256 = std::string(64, 'f');
    after.secret = true;
    return {{std::nullopt, file("/etc/\n\xff"), "", "x"},
            {before, after, "old\n", "new\n"},
            {file("/etc/b"), std::nullopt, std::nullopt, std::nullopt}};
}

guest::TreeTools tools_with(std::function<void()> pause) {
    guest::TreeTools tools = guest::host_tree_tools();
    tools.pause = std::move(pause);
    return tools;
}

/// Directories one in the other, each with a name of `length` letters, and a file in the last.
void nest(const fs::path &directory, int levels, std::size_t length) {
    const std::string name(length, 'd');
    base::UniqueFd at = base::open_file(directory, O_RDONLY | O_DIRECTORY);
    for (int level = 0; level < levels; ++level) {
        REQUIRE(mkdirat(at.get(), name.c_str(), 0755) == 0);
        at = base::UniqueFd(openat(at.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        REQUIRE(at);
    }
    const base::UniqueFd file(openat(at.get(), "file", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    base::write_all(file.get(), "deep", "file");
}

/// The highest descriptor, roughly: what is opened next.
int next_descriptor() {
    return base::UniqueFd(open("/", O_RDONLY | O_CLOEXEC)).get();
}

/// A file whose holes and data `fill` makes.
std::string digest_of_file(const fs::path &path, off_t size,
                           const std::function<void(int fd)> &fill) {
    const base::UniqueFd file(open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    REQUIRE(ftruncate(file.get(), size) == 0);
    fill(file.get());
    return guest::digest_file(file.get(), guest::host_tree_tools()).value_or("none");
}

void write_at(int fd, off_t at, const std::string &bytes) {
    REQUIRE(pwrite(fd, bytes.data(), bytes.size(), at) == static_cast<ssize_t>(bytes.size()));
}

} // namespace

TEST_CASE("tree: directories of any depth are walked with few descriptors, and removed") {
    for (const auto &[levels, length] : {std::pair(800, std::size_t{200}), {3000, 20}, {40, 1}}) {
        const base::TemporaryDirectory made("/var/tmp", "tree-test-");
        nest(made.path(), levels, length);
        const base::UniqueFd directory = base::open_file(made.path(), O_RDONLY | O_DIRECTORY);
        int highest = 0;
        const guest::TreeTools tools =
            tools_with([&highest] { highest = std::max(highest, next_descriptor()); });
        const int before = next_descriptor();
        guest::TreeMemory memory;
        REQUIRE(memory.mark(directory.get(), {}, tools).code == 0);
        CHECK(memory.tree().entries.size() == static_cast<std::size_t>(levels) + 2);
        CHECK(memory.tree().entries.back().path.size() == levels * (length + 1) + 5);
        std::vector<guest::SeenChange> found;
        {
            guest::TreeMemory nothing(guest::Tree{{memory.tree().entries.front()}},
                                      guest::KeptTexts());
            REQUIRE(nothing.changes(directory.get(), tools, found).code == 0);
        }
        CHECK(found.size() == static_cast<std::size_t>(levels) + 1);
        CHECK(found.back().after->sha256 == base::sha256_hex("deep"));
        CHECK(highest < before + 40);
        for (const EntryChange &change : guest::entry_changes(std::move(found)))
            REQUIRE(change.path.size() < 4096);
        guest::remove_tree(directory.get(), std::string(length, 'd'),
                           "/" + std::string(length, 'd'));
        CHECK(fs::is_empty(made.path()));
    }
}

TEST_CASE("tree: a path that is too long for a document is told by its ends and its digest") {
    std::string path;
    for (int level = 0; level < 800; ++level)
        path += "/" + std::string(200, static_cast<char>('a' + level % 26));
    guest::TreeEntry entry = file(path);
    guest::SeenChange change;
    change.after = entry;
    CHECK(guest::entry_changes({change}).front().path ==
          "/" + std::string(200, 'a') + "//[160800 bytes, sha256 " + base::sha256_hex(path) +
              "]..." + std::string(200, static_cast<char>('a' + 799 % 26)));
}

TEST_CASE("tree: one that is larger than what may be remembered is given up") {
    const base::TemporaryDirectory made("/var/tmp", "tree-test-");
    for (int file = 0; file < 100; ++file)
        base::write_file_atomically(made.path() / std::to_string(file), "");
    const base::UniqueFd directory = base::open_file(made.path(), O_RDONLY | O_DIRECTORY);
    guest::TreeTools tools = guest::host_tree_tools();
    for (const std::size_t most : {sizeof(guest::TreeEntry) * 50, sizeof(guest::TreeEntry) * 101}) {
        tools.most_memory = most;
        guest::Tree tree;
        const guest::LookFailure failure = guest::walk_tree(directory.get(), {}, tools, tree);
        CHECK(failure.code == guest::k_too_large);
        CHECK(tree.entries.size() <= 101);
    }
    CHECK_THROWS_WITH(guest::check_look({"/" + std::string(5000, 'x'), guest::k_too_large}),
                      "there is more in the guest's filesystems than retouch can remember; it gave "
                      "up at /" +
                          std::string(96, 'x') + "[...]" + std::string(97, 'x'));
    CHECK_THROWS_WITH(guest::check_look({"/" + std::string(160'000, 'd') + "/end", EACCES}),
                      "cannot look at /" + std::string(96, 'd') + "[...]" + std::string(93, 'd') +
                          "/end in the guest: Permission denied");
}

TEST_CASE("tree: a file's digest costs what is in it, and does not tell holes from zeros") {
    const base::TemporaryDirectory made("/var/tmp", "tree-test-");
    const fs::path path = made.path() / "file";
    constexpr off_t mib = 1 << 20;
    const auto nothing = [](int) {};
    // Up to a MiB of zeros: the plain digest.
    CHECK(digest_of_file(path, 0, nothing) == base::sha256_hex(""));
    CHECK(digest_of_file(path, mib, nothing) == base::sha256_hex(std::string(mib, '\0')));
    CHECK(digest_of_file(path, 3, [](int fd) { write_at(fd, 0, "abc"); }) ==
          base::sha256_hex("abc"));
    CHECK(digest_of_file(path, 5 * mib, [](int fd) {
              write_at(fd, 0, std::string(5 * mib, 'x'));
          }) == base::sha256_hex(std::string(5 * mib, 'x')));
    // More: by what is used.
    std::string expected("\0\0\x30\0\0\0\0\0", 8); // 3 MiB
    CHECK(digest_of_file(path, 3 * mib, nothing) == "sha256-used:" + base::sha256_hex(expected));
    CHECK(digest_of_file(path, 3 * mib, [](int fd) {
              write_at(fd, 0, std::string(3 * mib, '\0'));
          }) == "sha256-used:" + base::sha256_hex(expected));
    expected += std::string("\x01\0\0\0\0\0\0\0", 8) + std::string(904, '\0') + "in" +
                std::string(3190, '\0');
    const std::string sparse =
        digest_of_file(path, 3 * mib, [](int fd) { write_at(fd, 5000, "in"); });
    CHECK(sparse == "sha256-used:" + base::sha256_hex(expected));
    CHECK(digest_of_file(path, 3 * mib, [](int fd) {
              write_at(fd, 0, std::string(3 * mib, '\0'));
              write_at(fd, 5000, "in");
          }) == sparse);
    // 15 TB would take hours.
    CHECK(digest_of_file(path, off_t{15} << 40, [](int fd) {
              write_at(fd, off_t{14} << 40, "far");
          }).rfind("sha256-used:", 0) == 0);
}

TEST_CASE("tree: a directory comes before all that is in it, and all that before its neighbours") {
    const std::vector<std::string> order = {"/",   "/a",   "/a/b", "/a/b/c",
                                            "/a!", "/a-b", "/ab",  "/b"};
    for (std::size_t i = 0; i < order.size(); ++i)
        for (std::size_t j = 0; j < order.size(); ++j)
            CHECK(guest::in_tree_order(order[i], order[j]) == (i < j));
}

TEST_CASE("tree: a walk meets all there is and leaves the working directory where it was") {
    const fs::path root = "/usr/share/doc"; // of this machine, and on a disk
    std::vector<std::string> expected = {"/"};
    for (const auto &entry : fs::recursive_directory_iterator(root))
        expected.push_back("/" + entry.path().lexically_relative(root).string());
    std::sort(expected.begin(), expected.end(), guest::in_tree_order);

    const fs::path place = fs::current_path();
    const base::UniqueFd directory = base::open_file(root, O_RDONLY | O_DIRECTORY);
    const guest::TreeTools tools = tools_with([] {});
    for (int looks = 0; looks < 20; ++looks) {
        guest::Tree tree;
        const guest::LookFailure failure = guest::walk_tree(directory.get(), {}, tools, tree);
        REQUIRE(failure.code == 0);
        std::vector<std::string> met;
        for (const guest::TreeEntry &entry : tree.entries)
            met.push_back(entry.path);
        REQUIRE(met == expected);
        REQUIRE(fs::current_path() == place);
    }
}

TEST_CASE("tree: a walk that is broken off leaves the working directory where it was") {
    const fs::path place = fs::current_path();
    const base::UniqueFd directory = base::open_file("/usr/share", O_RDONLY | O_DIRECTORY);
    const guest::TreeTools tools = tools_with([calls = 0]() mutable {
        if (++calls == 2)
            throw std::runtime_error("enough");
    });
    guest::Tree tree;
    CHECK_THROWS_WITH(guest::walk_tree(directory.get(), {}, tools, tree), "enough");
    CHECK(fs::current_path() == place);
}

TEST_CASE("tree: of more attributes than a kernel lists, those that count are told") {
    const base::TemporaryDirectory made("/dev/shm", "tree-test-");
    const fs::path path = made.path() / "file";
    base::write_file_atomically(path, "");
    const auto set = [&path](const std::string &name, const std::string &value) {
        return setxattr(path.c_str(), name.c_str(), value.data(), value.size(), 0) == 0;
    };
    if (!set("trusted.a", "x")) {
        WARN("skipped: it needs root and a tmpfs that takes attributes");
        return;
    }
    const auto attributes = [&made] {
        const base::UniqueFd directory = base::open_file(made.path(), O_RDONLY | O_DIRECTORY);
        guest::Tree tree;
        REQUIRE(guest::walk_tree(directory.get(), {}, guest::host_tree_tools(), tree).code == 0);
        return tree.entries.back().attributes;
    };
    CHECK(attributes() == "trusted.a=78\n");
    for (int number = 0; number < 300; ++number)
        REQUIRE(set("trusted." + std::to_string(number) + std::string(230, 'x'), "x"));
    CHECK(attributes() == "others=unreadable\n");
    REQUIRE(
        set("security.capability", std::string("\1\0\0\2\0\x20\0\0", 8) + std::string(12, '\0')));
    CHECK(attributes() ==
          "others=unreadable\nsecurity.capability=0100000200200000" + std::string(24, '0') + "\n");
}

TEST_CASE("tree: metadata tell what may have changed") {
    using Type = FileInfo::Type;
    const guest::Tree before = {{other("/", Type::directory), file("/a"), file("/inode"),
                                 file("/later"), other("/link", Type::symlink), file("/x")}};
    CHECK(compared(before, before).empty());
    guest::Tree after = {{other("/", Type::directory, 9), file("/b"), file("/inode", 2),
                          file("/later", 1, 2), other("/link", Type::symlink, 9), file("/x"),
                          file("/x/y")}};
    CHECK(compared(before, after) ==
          std::vector<std::string>{"-/a", "+/b", "~/inode", "~/later", "+/x/y"});
    after.entries[0].info.mode = 0700;
    after.entries[4].target = "elsewhere";
    after.entries[5].attributes = "user.a=00\n";
    CHECK(compared(before, after) == std::vector<std::string>{"~/", "-/a", "+/b", "~/inode",
                                                              "~/later", "~/link", "~/x", "+/x/y"});
}

TEST_CASE("tree: small files are kept where people change them, and named ones everywhere") {
    guest::KeptTexts texts({"/var/named"});
    const auto wants = [&texts](const std::string &path, std::uint64_t size = 10) {
        guest::TreeEntry entry = file(path);
        entry.info.size = size;
        return texts.wants(entry);
    };
    CHECK(wants("/etc/a"));
    CHECK(wants("/boot/grub2/grub.cfg"));
    CHECK(wants("/usr/local/bin/x", 65536));
    CHECK_FALSE(wants("/etc/a", 65537));
    CHECK_FALSE(wants("/etcetera"));
    CHECK_FALSE(wants("/var/x"));
    CHECK(wants("/var/named", 262144));
    CHECK_FALSE(wants("/var/named", 262145));
    CHECK_FALSE(texts.wants(other("/etc/link", FileInfo::Type::symlink)));

    texts.keep("/etc/a", std::string(guest::KeptTexts::k_most_bytes - 1, 'x'));
    texts.keep("/etc/b", "yy");
    CHECK(texts.find("/etc/b") == nullptr);
    texts.keep("/etc/a", "x");
    texts.keep("/etc/b", "yy");
    CHECK(*texts.find("/etc/b") == "yy");
    texts.forget("/etc/a");
    CHECK(texts.find("/etc/a") == nullptr);
}

TEST_CASE("tree: what is packed is unpacked the same") {
    CHECK(guest::unpack_changes(guest::pack(sample())) == sample());
    CHECK(guest::unpack_words(guest::pack(std::vector<std::string>{"/a", "", "/b"})) ==
          std::vector<std::string>{"/a", "", "/b"});
    guest::KeptTexts texts({"/n"});
    texts.keep("/etc/a", "bytes");
    const guest::TreeMemory memory({{file("/"), file("/etc/a")}}, texts);
    const std::optional<guest::TreeMemory> again = guest::unpack_memory(guest::pack(memory));
    REQUIRE(again);
    CHECK(again->tree().entries == memory.tree().entries);
    CHECK(again->texts().all() == texts.all());
    CHECK(again->texts().named() == texts.named());
}

TEST_CASE("tree: packed changes that are not whole are refused") {
    const std::string packed = guest::pack(sample());
    for (std::size_t size = 0; size < packed.size(); ++size)
        CHECK_FALSE(guest::unpack_changes(packed.substr(0, size)));
    CHECK_FALSE(guest::unpack_changes(packed + "x"));
    std::string endless = packed;
    endless.replace(0, 8, 8, '\xff');
    CHECK_FALSE(guest::unpack_changes(endless));
    CHECK(guest::unpack_changes(guest::pack(std::vector<guest::SeenChange>{})) ==
          std::vector<guest::SeenChange>{});
}

TEST_CASE("tree: changes that cannot have been seen are not sound") {
    CHECK(guest::is_sound(sample()));
    const auto sound = [](const guest::SeenChange &change) { return guest::is_sound({change}); };
    CHECK_FALSE(sound({}));
    CHECK_FALSE(sound({file("/a"), file("/b"), std::nullopt, std::nullopt}));
    CHECK_FALSE(sound({file("/a/../b"), std::nullopt, std::nullopt, std::nullopt}));
    CHECK_FALSE(sound({file("a"), std::nullopt, std::nullopt, std::nullopt}));
    CHECK_FALSE(sound({file("/a"), std::nullopt, "x", "y"}));
    CHECK_FALSE(guest::is_sound({{file("/b"), std::nullopt, std::nullopt, std::nullopt},
                                 {file("/a"), std::nullopt, std::nullopt, std::nullopt}}));
    CHECK_FALSE(guest::is_sound({{file("/a"), std::nullopt, std::nullopt, std::nullopt},
                                 {file("/a"), std::nullopt, std::nullopt, std::nullopt}}));
}

TEST_CASE("tree: changes become the model's, by path and with a diff") {
    const std::vector<EntryChange> changes = guest::entry_changes(sample());
    REQUIRE(changes.size() == 3);
    CHECK(changes[0].path == "/etc/\\x0a\\xff");
    CHECK(changes[0].diff == "--- /dev/null\n+++ b/etc/\\x0a\\xff\n@@ -0,0 +1 @@\n+x\n"
                             "\\ No newline at end of file\n");
    CHECK(changes[1].path == "/etc/a");
    CHECK(changes[1].diff == "--- a/etc/a\n+++ b/etc/a\n@@ -1 +1 @@\n-old\n+new\n");
    CHECK(changes[1].before->attributes == "user.x=00\n");
    CHECK(changes[2].path == "/etc/b");
    CHECK_FALSE(changes[2].after);
}
