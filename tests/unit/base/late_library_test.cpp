// libbz2 stands for the libraries: no test program is linked with it, and some package that this
// program needs brings it.

#include "base/late_library.hpp"

#include "base/file.hpp"
#include "retouch/error.hpp"

#include <catch2/catch.hpp>

#include <thread>
#include <vector>

extern "C" const char *BZ2_bzlibVersion(); // NOLINT: its name
extern "C" int BZ2_bzNothing(int);         // NOLINT: as if it were one

namespace retouch::test {

namespace {

constinit const base::LateLibrary libbz2("libbz2.so.1.0", "libbz2-1.0");
constinit const base::LateLibrary libmissing("libmissing.so.7", "libmissing7");

constinit const base::LateFunction<decltype(::BZ2_bzlibVersion)> BZ2_bzlibVersion{
    libbz2, "BZ2_bzlibVersion"};
constinit const base::LateFunction<decltype(::BZ2_bzNothing)> BZ2_bzNothing{libbz2,
                                                                            "BZ2_bzNothing"};

bool is_loaded() {
    return base::read_file("/proc/self/maps", std::size_t{1} << 20).find("libbz2.so") !=
           std::string::npos;
}

} // namespace

TEST_CASE("late library: it is loaded when a function of it is first used, by whichever thread") {
    REQUIRE_FALSE(is_loaded());
    std::vector<std::string> versions(8);
    std::vector<std::jthread> threads;
    for (std::string &version : versions)
        threads.emplace_back([&version] { version = BZ2_bzlibVersion(); });
    threads.clear();
    CHECK(is_loaded());
    CHECK(versions.front().starts_with("1.0"));
    CHECK(versions == std::vector<std::string>(8, versions.front()));
    const char *(*given_away)() = BZ2_bzlibVersion;
    CHECK(given_away() == versions.front());
}

TEST_CASE("late library: one that is not installed is named, and the package that has it") {
    try {
        static_cast<void>(libmissing.find("anything"));
        FAIL("it was found");
    } catch (const Error &error) {
        CHECK(error.kind() == ErrorKind::unavailable);
        CHECK(std::string(error.what()) ==
              "the library libmissing.so.7 cannot be loaded: libmissing.so.7: cannot open shared "
              "object file: No such file or directory");
        CHECK(error.hint() == "install the package libmissing7");
    }
}

TEST_CASE("late library: a function it does not have means that it is too old") {
    try {
        BZ2_bzNothing(1);
        FAIL("it was called");
    } catch (const Error &error) {
        CHECK(error.kind() == ErrorKind::unavailable);
        CHECK(std::string(error.what()) ==
              "the library libbz2.so.1.0 is too old: it has no BZ2_bzNothing");
        CHECK(error.hint() == "install a newer version of the package libbz2-1.0");
    }
}

} // namespace retouch::test
