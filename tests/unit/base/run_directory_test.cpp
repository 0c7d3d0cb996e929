// Run directories: what is cleared of dead owners, and that nobody else's directory is touched.

#include "base/run_directory.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>

using namespace retouch;
namespace fs = std::filesystem;

namespace {

fs::path make_directory_like(const base::RunDirectory &directory, const std::string &suffix) {
    const fs::path path = directory.path().string() + suffix;
    fs::create_directory(path);
    return path;
}

bool cleared(const std::vector<fs::path> &list, const fs::path &path) {
    return std::ranges::find(list, path) != list.end();
}

} // namespace

TEST_CASE("run directory: it is private and disappears with its owner") {
    fs::path path;
    {
        const base::RunDirectory directory;
        path = directory.path();
        CHECK(path.filename().string().starts_with("retouch-run-"));
        CHECK(fs::status(path).permissions() == fs::perms::owner_all);
    }
    CHECK_FALSE(fs::exists(path));
}

TEST_CASE("run directory: a living owner's is left alone, a dead one's is cleared") {
    const base::RunDirectory living;
    const fs::path dead = make_directory_like(living, "-dead");
    base::write_file_atomically(dead / "owner", "");
    base::write_file_atomically(dead / "socket", "left behind");
    const auto list = base::RunDirectory::clear_abandoned();
    CHECK(cleared(list, dead));
    CHECK_FALSE(fs::exists(dead));
    CHECK(fs::exists(living.path() / "owner"));
}

TEST_CASE("run directory: a directory of that name without an owner file is not ours") {
    const base::RunDirectory living;
    const fs::path notes = make_directory_like(living, "-notes");
    base::write_file_atomically(notes / "notes.txt", "keep me");
    fs::last_write_time(notes, fs::file_time_type::clock::now() - std::chrono::hours(24));
    CHECK_FALSE(cleared(base::RunDirectory::clear_abandoned(), notes));
    CHECK(fs::exists(notes / "notes.txt"));
    fs::remove_all(notes);
}

TEST_CASE("run directory: an old empty one, whose owner died while making it, is cleared") {
    const base::RunDirectory living;
    const fs::path empty = make_directory_like(living, "-empty");
    CHECK_FALSE(cleared(base::RunDirectory::clear_abandoned(), empty));
    fs::last_write_time(empty, fs::file_time_type::clock::now() - std::chrono::hours(1));
    CHECK(cleared(base::RunDirectory::clear_abandoned(), empty));
    CHECK_FALSE(fs::exists(empty));
}
