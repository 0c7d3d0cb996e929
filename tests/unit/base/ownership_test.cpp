#include "base/ownership.hpp"

#include "base/file.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

using namespace retouch;
namespace fs = std::filesystem;

namespace {

/// A file in a directory, each with the owner, group and mode given.
struct Found {
    base::TemporaryDirectory directory{fs::temp_directory_path(), "retouch-test-"};
    fs::path place = directory.path() / "place";
    fs::path file = place / "retouch.yaml";

    Found() {
        fs::create_directory(place);
        base::write_file_atomically(file, "");
    }

    [[nodiscard]] std::string flaw() const { return base::open_to_others(file).value_or("none"); }
};

void set(const fs::path &path, mode_t mode, uid_t owner = 0, gid_t group = 0) {
    REQUIRE(chown(path.c_str(), owner, group) == 0);
    REQUIRE(chmod(path.c_str(), mode) == 0);
}

} // namespace

TEST_CASE("ownership: a file only the caller can write is used") {
    const Found found;
    CHECK(found.flaw() == "none");
}

TEST_CASE("ownership: whoever else could have written a file is named") {
    if (geteuid() != 0)
        return;
    constexpr uid_t k_nobody = 65534;
    constexpr gid_t k_group = 12345;
    const Found found;

    SECTION("another owner") {
        set(found.file, 0644, k_nobody);
        CHECK(found.flaw() == "it belongs to the user 'nobody'");
    }
    SECTION("writable for all") {
        set(found.file, 0646);
        CHECK(found.flaw() == "everybody may write to it");
    }
    SECTION("writable for a group") {
        set(found.file, 0664, 0, k_group);
        CHECK(found.flaw() == "a group may write to it");
    }
    SECTION("writable for root's own group") {
        set(found.file, 0664);
        CHECK(found.flaw() == "none");
    }
    SECTION("a directory of another owner") {
        set(found.place, 0755, k_nobody);
        CHECK(found.flaw() == "its directory belongs to the user 'nobody'");
    }
    SECTION("a directory open to all") {
        set(found.place, 01777);
        CHECK(found.flaw() == "everybody may write to its directory");
    }
    SECTION("a link to where others may write") {
        const Found other;
        set(other.place, 0777);
        REQUIRE(unlink(found.file.c_str()) == 0);
        fs::create_symlink(other.file, found.file);
        CHECK(found.flaw() == "everybody may write to its directory");
    }
    SECTION("who called sudo is trusted, others are not") {
        set(found.file, 0644, k_nobody);
        REQUIRE(setenv("SUDO_UID", "65534", 1) == 0);
        CHECK(found.flaw() == "none");
        REQUIRE(setenv("SUDO_UID", "1000", 1) == 0);
        CHECK(found.flaw() == "it belongs to the user 'nobody'");
        REQUIRE(unsetenv("SUDO_UID") == 0);
    }
}
