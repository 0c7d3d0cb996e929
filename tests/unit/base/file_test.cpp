#include "base/file.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace retouch;
namespace fs = std::filesystem;

namespace {

struct Scratch {
    base::TemporaryDirectory directory{fs::temp_directory_path(), "retouch-test-"};

    [[nodiscard]] fs::path operator/(const char *name) const { return directory.path() / name; }
};

std::size_t entries(const fs::path &directory) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

bool is_open(int fd) {
    return fcntl(fd, F_GETFD) >= 0;
}

} // namespace

TEST_CASE("descriptor: closed at the end, handed on by moving") {
    base::UniqueFd first = base::open_file("/dev/null", O_RDONLY);
    const int number = first.get();
    CHECK((fcntl(number, F_GETFD) & FD_CLOEXEC) != 0);
    {
        base::UniqueFd second = std::move(first);
        CHECK(second.get() == number);
        CHECK(is_open(number));
    }
    CHECK_FALSE(is_open(number));
}

TEST_CASE("errors: a full disk, a read-only one and missing rights bring their hint") {
    const Error full = base::system_error("write", "/d/f", ENOSPC);
    CHECK(std::string(full.what()) == "cannot write /d/f: No space left on device");
    CHECK(full.hint() == "free some space on the filesystem of /d/f and run again");
    CHECK(full.kind() == ErrorKind::failed);

    const Error quota = base::system_error("write", "/d/f", EDQUOT);
    CHECK(quota.hint() == full.hint());

    const Error read_only = base::system_error("create", "/d/f", EROFS);
    CHECK(read_only.kind() == ErrorKind::failed);
    CHECK(read_only.hint() ==
          "the filesystem of /d/f is mounted read-only; make it writable and run again");

    for (const int code : {EACCES, EPERM}) {
        const Error rights = base::system_error("open", "/d/f", code);
        CHECK(rights.kind() == ErrorKind::not_authorised);
        CHECK(rights.hint() == "run as a user who may do this, or change the permissions of /d/f");
    }

    const Error other = base::system_error("open", "/d/f", ENOENT);
    CHECK(other.kind() == ErrorKind::failed);
    CHECK(other.hint().empty());
}

TEST_CASE("errors: a path cannot smuggle control characters into a message") {
    CHECK(std::string(base::system_error("open", "/a\x1b[2Jb", ENOENT).what()) ==
          "cannot open /a\\x1b[2Jb: No such file or directory");
}

TEST_CASE("reading: whole files up to the bound, no byte more") {
    const Scratch scratch;
    const std::string bytes(100000, 'x');
    base::write_file_atomically(scratch / "f", bytes);
    CHECK(base::read_file(scratch / "f", 100000) == bytes);
    CHECK_THROWS_WITH(base::read_file(scratch / "f", 99999),
                      "cannot read " + (scratch / "f").string() + ": it is larger than 97.7 KiB");
    base::write_file_atomically(scratch / "empty", "");
    CHECK(base::read_file(scratch / "empty", 0).empty());
}

TEST_CASE("reading: files that say they are empty are read to their end") {
    CHECK_FALSE(base::read_file("/proc/self/status", 1 << 20).empty());
}

TEST_CASE("reading: a FIFO, a directory and a device are refused at once") {
    const Scratch scratch;
    REQUIRE(mkfifo((scratch / "fifo").c_str(), 0600) == 0);
    CHECK_THROWS_WITH(base::read_file(scratch / "fifo", 10),
                      "cannot read " + (scratch / "fifo").string() + ": it is not a regular file");
    CHECK_THROWS_WITH(base::read_file("/", 10), "cannot read /: it is a directory");
    CHECK_THROWS_WITH(base::read_file("/dev/zero", 10),
                      "cannot read /dev/zero: it is not a regular file");
}

TEST_CASE("writing: replaces the file and leaves nothing else") {
    const Scratch scratch;
    base::write_file_atomically(scratch / "f", "one");
    base::write_file_atomically(scratch / "f", "two", 0600);
    CHECK(base::read_file(scratch / "f", 10) == "two");
    CHECK(entries(scratch.directory.path()) == 1);
    CHECK((fs::status(scratch / "f").permissions() & fs::perms::mask) ==
          (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("writing: a failure leaves the old file and no temporary one") {
    const Scratch scratch;
    fs::create_directory(scratch / "target");
    CHECK_THROWS_WITH(base::write_file_atomically(scratch / "target", "x"),
                      "cannot write " + (scratch / "target").string() + ": Is a directory");
    CHECK(entries(scratch.directory.path()) == 1);
    CHECK_THROWS_AS(base::write_file_atomically(scratch / "absent" / "f", "x"), Error);
}

TEST_CASE("writing: a full disk is an error with its hint") {
    const base::UniqueFd full = base::open_file("/dev/full", O_WRONLY);
    try {
        base::write_all(full.get(), "x", "/images/f");
        FAIL("nothing was thrown");
    } catch (const Error &error) {
        CHECK(std::string(error.what()) == "cannot write /images/f: No space left on device");
        CHECK(error.hint() == "free some space on the filesystem of /images/f and run again");
    }
}

TEST_CASE("temporary directory: private, and gone with everything in it") {
    fs::path path;
    {
        const base::TemporaryDirectory directory(fs::temp_directory_path(), "retouch-test-");
        path = directory.path();
        CHECK(path.filename().string().starts_with("retouch-test-"));
        CHECK((fs::status(path).permissions() & fs::perms::mask) == fs::perms::owner_all);
        fs::create_directories(path / "a/b");
        base::write_file_atomically(path / "a/b/f", "x");
        fs::create_symlink("/etc", path / "link");
    }
    CHECK_FALSE(fs::exists(fs::symlink_status(path)));
    CHECK(fs::exists("/etc"));
}

TEST_CASE("temporary directory: a parent that is not there is an error") {
    CHECK_THROWS_WITH(base::TemporaryDirectory("/nonesuch", "x"),
                      "cannot create a directory in /nonesuch: No such file or directory");
}
