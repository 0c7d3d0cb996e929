#include "store/sparse_copy.hpp"

#include "store/content_digest.hpp"
#include "store/used_data.hpp"
#include "unit/store/disk_files.hpp"

#include <random>

using namespace retouch;
using namespace retouch::test;

namespace {

/// Copies and keeps; returns the copy's path.
std::filesystem::path copied(const std::filesystem::path &from, const std::filesystem::path &to) {
    const base::UniqueFd source = base::open_file(from, O_RDONLY);
    store::NewFile target(to, 0644);
    store::copy_sparse(source.get(), from, target);
    target.keep();
    return to;
}

std::string digest_of(const std::filesystem::path &path) {
    const base::UniqueFd fd = base::open_file(path, O_RDONLY);
    return store::content_digest(fd.get(), path);
}

} // namespace

TEST_CASE("sparse copy: a 20 GB file with a few MB in it takes a few MB and little time") {
    const Scratch scratch;
    const auto source =
        make_file(scratch / "source", 20 * k_gib,
                  {{0, noise(k_mib)}, {10 * k_gib + 5, noise(2 * k_mib)}, {20 * k_gib - 3, "end"}});
    const auto start = std::chrono::steady_clock::now();
    const auto target = copied(source, scratch / "target");
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
    CHECK(std::filesystem::file_size(target) == 20 * k_gib);
    CHECK(allocated(target) < 5 * k_mib);
    CHECK(digest_of(target) == digest_of(source));
}

TEST_CASE("sparse copy: zeros that were written become holes") {
    const Scratch scratch;
    std::string bytes(32 * k_mib, '\0');
    bytes.replace(10 * k_mib, 4, "data");
    const auto source = make_file(scratch / "source", bytes.size(), {{0, bytes}});
    REQUIRE(allocated(source) >= 32 * k_mib);
    const auto target = copied(source, scratch / "target");
    CHECK(allocated(target) <= 64 * 1024);
    CHECK(base::read_file(target, 64 * k_mib) == bytes);
}

TEST_CASE("sparse copy: any layout of data and holes is copied byte for byte") {
    const auto seed = GENERATE(take(20, random(1U, 1'000'000U)));
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto below = [&](std::uint64_t bound) { return random() % bound; };
    const Scratch scratch;
    const std::uint64_t size = below(6 * k_mib) + 1;
    Pieces pieces;
    for (std::uint64_t i = below(12); i > 0; --i) {
        const std::uint64_t offset = below(size);
        const std::uint64_t length = std::min(below(k_mib / 2) + 1, size - offset);
        pieces[offset] = below(3) == 0 ? std::string(length, '\0')
                                       : noise(length, static_cast<std::uint32_t>(random()));
    }
    const auto source = make_file(scratch / "source", size, pieces);
    const auto target = copied(source, scratch / "target");
    CHECK(base::read_file(target, 8 * k_mib) == base::read_file(source, 8 * k_mib));
    CHECK(allocated(target) <= allocated(source));
    CHECK(digest_of(target) == digest_of(source));
}

TEST_CASE("sparse copy: an empty file stays empty") {
    const Scratch scratch;
    CHECK(std::filesystem::file_size(
              copied(make_file(scratch / "source", 0, {}), scratch / "target")) == 0);
}

TEST_CASE("sparse copy: on a full disk it says so and nothing is left") {
    if (skipped_without_root("a small filesystem"))
        return;
    const Scratch scratch;
    const Mount small(scratch / "small", "tmpfs", "size=8m");
    const auto source = make_file(scratch / "source", 20 * k_mib, {{0, noise(20 * k_mib)}});
    CHECK(
        error_of(
            scratch.path(), [&] { copied(source, small.path() / "target"); }, ErrorKind::failed) ==
        "cannot write DIR/small/target: No space left on device\n"
        "hint: free some space on the filesystem of DIR/small/target and run again");
    CHECK(names_in(small.path()).empty());
    CHECK(error_of(
              scratch.path(), [&] { store::require_space(small.path(), 20 * k_mib); },
              ErrorKind::failed) ==
          "not enough space in DIR/small: the copy takes 20.0 MiB, 8.0 MiB are free\n"
          "hint: free some space there, or keep the catalog on a larger filesystem");
    CHECK_NOTHROW(store::require_space(small.path(), 7 * k_mib));
}

TEST_CASE("sparse copy: a filesystem with reflinks shares the blocks") {
    if (skipped_without_root("a btrfs filesystem"))
        return;
    const Scratch scratch;
    const auto image = make_file(scratch / "btrfs", 256 * k_mib, {});
    run_tool("mkfs.btrfs", {"-q", image});
    const Mount mount(scratch / "mount", "btrfs", "loop", image);
    // Two copies by value would not fit.
    const auto source = make_file(mount.path() / "source", 2 * k_gib, {{0, noise(70 * k_mib)}});
    const auto first = copied(source, mount.path() / "first");
    const auto second = copied(source, mount.path() / "second");
    const base::UniqueFd fd = base::open_file(source, O_RDONLY);
    const store::NewFile third(mount.path() / "third", 0644);
    CHECK(store::clone_blocks(fd.get(), third));
    CHECK(digest_of(first) == digest_of(source));
    CHECK(digest_of(second) == digest_of(source));
    CHECK(digest_of(third.path()) == digest_of(source));
}

TEST_CASE("used data: extents are those that hold something") {
    const Scratch scratch;
    const auto path = make_file(scratch / "file", 64 * k_mib,
                                {{8 * k_mib, noise(k_mib)}, {32 * k_mib, noise(4096)}});
    const base::UniqueFd fd = base::open_file(path, O_RDONLY);
    CHECK(store::next_extent(fd.get(), 0, path) == store::Extent{8 * k_mib, k_mib});
    CHECK(store::next_extent(fd.get(), 8 * k_mib + 4096, path) ==
          store::Extent{8 * k_mib + 4096, k_mib - 4096});
    CHECK(store::next_extent(fd.get(), 9 * k_mib, path) == store::Extent{32 * k_mib, 4096});
    CHECK(store::next_extent(fd.get(), 33 * k_mib, path) == std::nullopt);
    CHECK(store::next_extent(fd.get(), 64 * k_mib, path) == std::nullopt);
    CHECK(store::is_all_zero(std::string(1000, '\0')));
    CHECK(store::is_all_zero(""));
    CHECK_FALSE(store::is_all_zero(std::string(999, '\0') + 'x'));
    CHECK_FALSE(store::is_all_zero('x' + std::string(999, '\0')));
}

TEST_CASE("new file: it never replaces anything and goes away unless kept") {
    const Scratch scratch;
    make_file(scratch / "there", 3, {{0, "old"}});
    CHECK(
        error_of(
            scratch.path(), [&] { store::NewFile(scratch / "there", 0644); }, ErrorKind::refused) ==
        "DIR/there exists already\n"
        "hint: nothing is ever overwritten; choose another name or move it away");
    { const store::NewFile file(scratch / "gone", 0644); }
    CHECK(names_in(scratch.path()) == std::vector<std::string>{"there"});
    {
        store::NewFile file(scratch / "new", 0644);
        CHECK(error_of(
                  scratch.path(), [&] { file.move_to(scratch / "there"); }, ErrorKind::refused) ==
              "DIR/there exists already\n"
              "hint: nothing is ever overwritten; choose another name or move it away");
        file.move_to(scratch / "moved");
        file.keep();
    }
    CHECK(names_in(scratch.path()) == std::vector<std::string>{"moved", "there"});
    CHECK(base::read_file(scratch / "there", 10) == "old");
}

TEST_CASE("new file: what a living one holds is not taken for abandoned") {
    const Scratch scratch;
    {
        const store::NewFile file = store::NewFile::locked(scratch / "held", 0644);
        CHECK_FALSE(store::remove_abandoned(scratch / "held"));
        CHECK(std::filesystem::exists(scratch / "held"));
    }
    make_file(scratch / "dead", 3, {});
    CHECK(store::remove_abandoned(scratch / "dead"));
    CHECK(store::remove_abandoned(scratch / "never there"));
    CHECK(names_in(scratch.path()).empty());
}
