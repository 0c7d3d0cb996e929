// Trees, what is kept of them, and the bytes in which the runner tells them.

#include "base/digest.hpp"
#include "base/file.hpp"
#include "guest/effects/entry_changes.hpp"
#include "guest/tree/kept_texts.hpp"
#include "guest/tree/packing.hpp"
#include "guest/tree/tree_comparison.hpp"
#include "guest/tree/tree_walk.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>

using namespace retouch;
namespace fs = std::filesystem;

namespace {

TreeEntry file(const std::string &path, std::uint64_t inode = 1, std::int64_t changed = 1) {
    TreeEntry entry;
    entry.path = path;
    entry.info = {FileInfo::Type::regular, 0644, 0, 0, 4};
    entry.inode = inode;
    entry.changed = changed;
    return entry;
}

TreeEntry other(const std::string &path, FileInfo::Type type, std::int64_t changed = 1) {
    TreeEntry entry;
    entry.path = path;
    entry.info = {type, 0755, 0, 0, 0};
    entry.changed = changed;
    return entry;
}

std::vector<std::string> compared(const Tree &before, Tree after) {
    std::vector<std::string> result;
    for (const TreePair &pair : compare_trees(before, after))
        result.push_back((pair.before == nullptr  ? "+"
                          : pair.after == nullptr ? "-"
                                                  : "~") +
                         (pair.before == nullptr ? pair.after->path : pair.before->path));
    return result;
}

std::vector<SeenChange> sample() {
    TreeEntry before = file("/etc/a");
    before.attributes = "user.x=00\n";
    before.target = "t";
    TreeEntry after = file("/etc/a", 2, -5);
    after.sha256 = std::string(64, 'f');
    after.secret = true;
    return {{std::nullopt, file("/etc/\n\xff"), "", "x"},
            {before, after, "old\n", "new\n"},
            {file("/etc/b"), std::nullopt, std::nullopt, std::nullopt}};
}

} // namespace

TEST_CASE("tree: a directory comes before all that is in it, and all that before its neighbours") {
    const std::vector<std::string> order = {"/",   "/a",   "/a/b", "/a/b/c",
                                            "/a!", "/a-b", "/ab",  "/b"};
    for (std::size_t i = 0; i < order.size(); ++i)
        for (std::size_t j = 0; j < order.size(); ++j)
            CHECK(in_tree_order(order[i], order[j]) == (i < j));
}

TEST_CASE("tree: a walk meets all there is and leaves the working directory where it was") {
    const fs::path root = "/usr/share/doc"; // of this machine, and on a disk
    std::vector<std::string> expected = {"/"};
    for (const auto &entry : fs::recursive_directory_iterator(root))
        expected.push_back("/" + entry.path().lexically_relative(root).string());
    std::sort(expected.begin(), expected.end(), in_tree_order);

    const fs::path place = fs::current_path();
    const UniqueFd directory = open_file(root, O_RDONLY | O_DIRECTORY);
    const TreeTools tools{sha256_hex, {}, [] {}};
    for (int looks = 0; looks < 20; ++looks) {
        Tree tree;
        const LookFailure failure = walk_tree(directory.get(), {}, tools, tree);
        REQUIRE(failure.code == 0);
        std::vector<std::string> met;
        for (const TreeEntry &entry : tree.entries)
            met.push_back(entry.path);
        REQUIRE(met == expected);
        REQUIRE(fs::current_path() == place);
    }
}

TEST_CASE("tree: a walk that is broken off leaves the working directory where it was") {
    const fs::path place = fs::current_path();
    const UniqueFd directory = open_file("/usr/share", O_RDONLY | O_DIRECTORY);
    const TreeTools tools{sha256_hex, {}, [calls = 0]() mutable {
                              if (++calls == 2)
                                  throw std::runtime_error("enough");
                          }};
    Tree tree;
    CHECK_THROWS_WITH(walk_tree(directory.get(), {}, tools, tree), "enough");
    CHECK(fs::current_path() == place);
}

TEST_CASE("tree: metadata tell what may have changed") {
    using Type = FileInfo::Type;
    const Tree before = {{other("/", Type::directory), file("/a"), file("/inode"), file("/later"),
                          other("/link", Type::symlink), file("/x")}};
    CHECK(compared(before, before).empty());
    Tree after = {{other("/", Type::directory, 9), file("/b"), file("/inode", 2),
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
    KeptTexts texts({"/var/named"});
    const auto wants = [&texts](const std::string &path, std::uint64_t size = 10) {
        TreeEntry entry = file(path);
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

    texts.keep("/etc/a", std::string(KeptTexts::k_most_bytes - 1, 'x'));
    texts.keep("/etc/b", "yy");
    CHECK(texts.find("/etc/b") == nullptr);
    texts.keep("/etc/a", "x");
    texts.keep("/etc/b", "yy");
    CHECK(*texts.find("/etc/b") == "yy");
    texts.forget("/etc/a");
    CHECK(texts.find("/etc/a") == nullptr);
}

TEST_CASE("tree: what is packed is unpacked the same") {
    CHECK(unpack_changes(pack(sample())) == sample());
    CHECK(unpack_words(pack(std::vector<std::string>{"/a", "", "/b"})) ==
          std::vector<std::string>{"/a", "", "/b"});
    KeptTexts texts({"/n"});
    texts.keep("/etc/a", "bytes");
    const TreeMemory memory({{file("/"), file("/etc/a")}}, texts);
    const std::optional<TreeMemory> again = unpack_memory(pack(memory));
    REQUIRE(again);
    CHECK(again->tree().entries == memory.tree().entries);
    CHECK(again->texts().all() == texts.all());
    CHECK(again->texts().named() == texts.named());
}

TEST_CASE("tree: packed changes that are not whole are refused") {
    const std::string packed = pack(sample());
    for (std::size_t size = 0; size < packed.size(); ++size)
        CHECK_FALSE(unpack_changes(packed.substr(0, size)));
    CHECK_FALSE(unpack_changes(packed + "x"));
    std::string endless = packed;
    endless.replace(0, 8, 8, '\xff');
    CHECK_FALSE(unpack_changes(endless));
    CHECK(unpack_changes(pack(std::vector<SeenChange>{})) == std::vector<SeenChange>{});
}

TEST_CASE("tree: changes that cannot have been seen are not sound") {
    CHECK(is_sound(sample()));
    const auto sound = [](const SeenChange &change) { return is_sound({change}); };
    CHECK_FALSE(sound({}));
    CHECK_FALSE(sound({file("/a"), file("/b"), std::nullopt, std::nullopt}));
    CHECK_FALSE(sound({file("/a/../b"), std::nullopt, std::nullopt, std::nullopt}));
    CHECK_FALSE(sound({file("a"), std::nullopt, std::nullopt, std::nullopt}));
    CHECK_FALSE(sound({file("/a"), std::nullopt, "x", "y"}));
    CHECK_FALSE(is_sound({{file("/b"), std::nullopt, std::nullopt, std::nullopt},
                          {file("/a"), std::nullopt, std::nullopt, std::nullopt}}));
    CHECK_FALSE(is_sound({{file("/a"), std::nullopt, std::nullopt, std::nullopt},
                          {file("/a"), std::nullopt, std::nullopt, std::nullopt}}));
}

TEST_CASE("tree: changes become the model's, by path and with a diff") {
    const std::vector<EntryChange> changes = entry_changes(sample());
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
