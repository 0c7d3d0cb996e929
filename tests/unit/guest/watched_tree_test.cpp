// A tree that is watched and one that is looked at whole tell the same of whatever is done to it.

#include "base/file.hpp"
#include "guest/host/tree_tools.hpp"
#include "guest/tree/tree_comparison.hpp"
#include "guest/tree/tree_memory.hpp"
#include "guest/tree/tree_update.hpp"
#include "guest/tree/tree_walk.hpp"
#include "guest/tree/watched_tree.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <functional>
#include <map>
#include <random>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

using namespace retouch;
namespace fs = std::filesystem;

namespace {

/// A filesystem that is mounted nowhere.
class OwnFilesystem {
  public:
    OwnFilesystem() {
        const base::UniqueFd context(fsopen("tmpfs", FSOPEN_CLOEXEC));
        REQUIRE(context);
        REQUIRE(fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0);
        const base::UniqueFd mounted(fsmount(context.get(), FSMOUNT_CLOEXEC, 0));
        REQUIRE(mounted);
        root_ = base::UniqueFd(openat(mounted.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        REQUIRE(root_);
    }

    [[nodiscard]] int fd() const { return root_.get(); }

    [[nodiscard]] fs::path path(const std::string &below) const {
        return "/proc/self/fd/" + std::to_string(fd()) + "/" + below;
    }

  private:
    base::UniqueFd root_;
};

void write(const fs::path &path, const std::string &text) {
    const base::UniqueFd file(
        open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC, 0644));
    if (file)
        base::write_all(file.get(), text, path);
}

/// Changed through memory, which only the closing of the file tells.
void write_mapped(const fs::path &path, char letter) {
    const int file = open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return;
    void *const bytes = mmap(nullptr, 1, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (bytes == MAP_FAILED)
        return;

    struct stat status {};

    if (stat(path.c_str(), &status) == 0 && status.st_size > 0)
        *static_cast<char *>(bytes) = letter;
    munmap(bytes, 1);
}

/// One that had no name until it got this one.
void link_nameless(const fs::path &directory, const fs::path &path) {
    const base::UniqueFd file(open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0644));
    if (file)
        static_cast<void>(linkat(AT_FDCWD, ("/proc/self/fd/" + std::to_string(file.get())).c_str(),
                                 AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW));
}

/// Things that steps do. They may fail, as where there is no such file: then nothing changes.
class Chance {
  public:
    Chance(const OwnFilesystem &own, unsigned seed) : own_(own), numbers_(seed) {}

    void act() {
        std::error_code failed;
        const fs::path one = any();
        const fs::path other = any();
        const std::string text = std::string(1 + pick(3), static_cast<char>('a' + pick(3))) + "\n";
        switch (pick(19)) {
        case 0:
        case 1:
        case 2:
            return write(one, text);
        case 3:
            fs::create_directories(one / "d" / "e", failed);
            return write(one / "d" / "e" / "x", text);
        case 4:
            return write_mapped(one, static_cast<char>('a' + pick(26)));
        case 5:
            return fs::rename(one, other, failed);
        case 6:
            static_cast<void>(renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), 2));
            return;
        case 7:
            return fs::create_hard_link(one, other, failed);
        case 8:
            fs::remove_all(one, failed);
            return;
        case 9:
            return fs::create_symlink("b", one, failed);
        case 10:
            return fs::permissions(one, fs::perms(0700 + pick(64)), failed);
        case 11:
            static_cast<void>(lsetxattr(one.c_str(), "trusted.t", text.data(), text.size(), 0));
            return;
        case 12:
            return fs::resize_file(one, pick(9), failed);
        case 13:
            static_cast<void>(mkfifo(one.c_str(), 0644));
            return;
        case 17:
            return link_nameless(one, other);
        case 14: // by a name that is gone again
            fs::create_hard_link(one, own_.path("link"), failed);
            write(own_.path("link"), text);
            fs::remove(own_.path("link"), failed);
            return;
        case 15: // out, changed there, and back
            fs::rename(one, own_.path("out"), failed);
            if (failed)
                return;
            write(own_.path("out") / "b", text);
            return fs::rename(own_.path("out"), one, failed);
        case 16:
            static_cast<void>(lchown(one.c_str(), pick(3), pick(3)));
            return;
        default:
            fs::remove(one, failed);
        }
    }

    unsigned pick(unsigned count) { return std::uniform_int_distribution(0U, count - 1)(numbers_); }

  private:
    fs::path any() {
        fs::path path = own_.path("");
        for (unsigned depth = 1 + pick(3); depth > 0; --depth)
            path /= std::string(1, static_cast<char>('a' + pick(3)));
        return path;
    }

    const OwnFilesystem &own_;
    std::mt19937 numbers_;
};

std::string words(const std::optional<guest::TreeEntry> &entry) {
    return !entry ? "none"
                  : fmt::format("{} {:o} {} {} {} {} {} {} {}", entry->inode, entry->info.mode,
                                entry->info.size, entry->target, entry->sha256.substr(0, 8),
                                entry->attributes, entry->modified, entry->changed, entry->secret);
}

std::string told(const std::vector<guest::SeenChange> &changes) {
    std::string text;
    for (const guest::SeenChange &change : changes)
        text += (change.before ? "-" : "") + std::string(change.after ? "+" : "") +
                (change.after ? change.after : change.before)->path + "\n";
    return text;
}

struct Looks {
    explicit Looks(const OwnFilesystem &own) : root(own.fd()) {
        REQUIRE(!watched.mark(root, {root}, {}, tools));
        REQUIRE(!whole.mark(root, {}, tools));
    }

    /// What both say has changed.
    std::vector<guest::SeenChange> changes() {
        std::vector<guest::SeenChange> seen;
        std::vector<guest::SeenChange> all;
        REQUIRE(!watched.changes(root, tools, seen));
        REQUIRE(!whole.changes(root, tools, all));
        CHECK(told(seen) == told(all));
        for (std::size_t n = 0; n < std::min(seen.size(), all.size()); ++n) {
            CHECK(words(seen[n].before) == words(all[n].before));
            CHECK(words(seen[n].after) == words(all[n].after));
        }
        CHECK(seen == all);
        return seen;
    }

    int root;
    guest::TreeTools tools = guest::host_tree_tools();
    guest::WatchedTree watched;
    guest::TreeMemory whole;
};

} // namespace

TEST_CASE("watched tree: whatever is done, it tells what a look at everything tells", "[root]") {
    const unsigned seed = GENERATE(range(1U, 25U));
    CAPTURE(seed);
    const OwnFilesystem own;
    Chance chance(own, seed);
    for (int act = 0; act < 60; ++act)
        chance.act();
    Looks looks(own);
    for (int step = 0; step < 40; ++step) {
        for (unsigned act = chance.pick(6); act > 0; --act)
            chance.act();
        CAPTURE(step);
        looks.changes();
    }
    std::vector<guest::SeenChange> found;
    CHECK(!looks.watched.unnoted(own.fd(), looks.tools, found));
    CHECK(told(found).empty());
}

TEST_CASE("watched tree: more changes than the kernel notes are all told", "[root]") {
    const OwnFilesystem own;
    Looks looks(own);
    constexpr int many = 20'000;
    for (int number = 0; number < many; ++number)
        write(own.path("f" + std::to_string(number)), "x");
    CHECK(looks.changes().size() == many);
    write(own.path("f7"), "y");
    CHECK(told(looks.changes()) == "-+/f7\n");
}

TEST_CASE("watched tree: a file with many names costs what its names cost", "[root]") {
    const OwnFilesystem own;
    constexpr int many = 12'000;
    write(own.path("file"), "x");
    Looks looks(own);
    const auto name = [&own](int number) { return own.path("n" + std::to_string(number)); };
    for (int number = 0; number < many; ++number)
        fs::create_hard_link(own.path("file"), name(number));
    CHECK(looks.changes().size() == many + 1);
    for (int number = 0; number < many; ++number)
        utimensat(AT_FDCWD, name(number).c_str(), nullptr, 0);
    looks.changes();
    write(name(7), "y");
    CHECK(looks.changes().size() == many + 1);
    for (int number = 0; number < many; ++number)
        fs::remove(name(number));
    CHECK(looks.changes().size() == many);
}

TEST_CASE("watched tree: a look costs what changed", "[root]") {
    const OwnFilesystem own;
    for (int directory = 0; directory < 100; ++directory) {
        fs::create_directory(own.path("d" + std::to_string(directory)));
        for (int number = 0; number < 50; ++number)
            write(own.path("d" + std::to_string(directory) + "/f" + std::to_string(number)), "x");
    }
    guest::TreeTools tools = guest::host_tree_tools();
    guest::WatchedTree watched;
    REQUIRE(!watched.mark(own.fd(), {own.fd()}, {}, tools));
    int asked = 0;
    tools.pause = [&asked] { ++asked; };
    std::vector<guest::SeenChange> found;
    write(own.path("d7/f7"), "other");
    REQUIRE(!watched.changes(own.fd(), tools, found));
    CHECK(told(found) == "-+/d7/f7\n");
    CHECK(asked <= 8);
    REQUIRE(!watched.changes(own.fd(), tools, found));
    CHECK(asked <= 8);
}

TEST_CASE("tree update: all is looked at below what nothing is noted of") {
    const base::TemporaryDirectory made("/var/tmp", "tree-test-");
    const auto at = [&made](const char *below) { return made.path() / below; };
    fs::create_directories(at("efi/d"));
    write(at("efi/changed"), "a");
    write(at("efi/gone"), "a");
    write(at("efi/d/same"), "a");
    write(at("other"), "a");
    const base::UniqueFd root = base::open_file(made.path(), O_RDONLY | O_DIRECTORY);
    const guest::TreeTools tools = guest::host_tree_tools();
    guest::Tree tree;
    REQUIRE(!guest::walk_tree(root.get(), {}, tools, tree));
    guest::TreeIndex index(std::move(tree));
    write(at("efi/changed"), "bc");
    fs::remove(at("efi/gone"));
    write(at("efi/d/new"), "a");
    write(at("other"), "bc");
    guest::TreeUpdate update(root.get(), tools, index);
    REQUIRE(!update.look({}, {"/efi"}));
    std::string differ;
    for (const guest::TreeUpdate::Pair &pair : update.take_former()) {
        const guest::TreeEntry *now = index.find(pair.path);
        if (!pair.before || now == nullptr || guest::may_differ(*pair.before, *now))
            differ += pair.path + "\n";
    }
    CHECK(differ == "/efi/changed\n/efi/d/new\n/efi/gone\n");
}

TEST_CASE("watched tree: what no note tells is found by the last look", "[root]") {
    const OwnFilesystem own;
    write(own.path("seen"), "a");
    write(own.path("unseen"), "a");
    const guest::TreeTools tools = guest::host_tree_tools();
    guest::WatchedTree watched;
    REQUIRE(!watched.mark(own.fd(), {own.fd()}, {}, tools));
    // Written through a mapping that outlives the look.
    const base::UniqueFd file(open(own.path("unseen").c_str(), O_RDWR | O_CLOEXEC));
    void *const bytes = mmap(nullptr, 1, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    REQUIRE(bytes != MAP_FAILED);
    write(own.path("seen"), "b");
    std::vector<guest::SeenChange> found;
    REQUIRE(!watched.changes(own.fd(), tools, found));
    CHECK(told(found) == "-+/seen\n");
    std::vector<guest::SeenChange> rest;
    *static_cast<char *>(bytes) = 'b';
    REQUIRE(futimens(file.get(), nullptr) == 0);
    REQUIRE(!watched.unnoted(own.fd(), tools, rest));
    CHECK(told(rest) == "-+/unseen\n");
    munmap(bytes, 1);
}
