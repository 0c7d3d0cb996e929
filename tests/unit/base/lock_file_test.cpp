#include "base/lock_file.hpp"

#include "base/run_directory.hpp"
#include "retouch/error.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

using namespace retouch;

TEST_CASE("lock file: what is no file is named, and not waited for") {
    const base::RunDirectory directory;
    const std::filesystem::path path = directory.path() / "x.lock";
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    try {
        static_cast<void>(base::LockFile::try_take(path));
        FAIL("it was locked");
    } catch (const Error &error) {
        CHECK(error.kind() == ErrorKind::failed);
        CHECK(std::string(error.what()) ==
              "cannot lock " + path.string() + ": it is not a regular file");
    }
}
