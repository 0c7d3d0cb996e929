#include "base/path.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

TEST_CASE("path: only absolute paths in their shortest spelling are normal") {
    for (const char *path : {"/", "/a", "/a/b", "/.a", "/..a", "/a.", "/a b", "/...", "/Grüße"}) {
        CAPTURE(path);
        CHECK(base::is_normal_absolute(path));
    }
    for (const char *path : {"", "a", "./a", "../x", "//", "/a/", "/a//b", "/.", "/..", "/a/.",
                             "/a/../b", "/a/./b", "//a"}) {
        CAPTURE(path);
        CHECK_FALSE(base::is_normal_absolute(path));
    }
    CHECK_FALSE(base::is_normal_absolute(std::string_view("/a\0b", 4)));
}

TEST_CASE("path: parent and name take a path apart, join puts it together") {
    CHECK(base::parent_path("/a/b") == "/a");
    CHECK(base::parent_path("/a") == "/");
    CHECK(base::parent_path("/") == "/");
    CHECK(base::base_name("/").empty());
    CHECK(base::base_name("/a/b") == "b");
    CHECK(base::base_name("/a") == "a");
    for (const char *path : {"/a", "/a/b", "/a/b/c.d"}) {
        CAPTURE(path);
        CHECK(base::join(base::parent_path(path), base::base_name(path)) == path);
    }
}

TEST_CASE("path: join puts exactly one slash between") {
    CHECK(base::join("/", "a") == "/a");
    CHECK(base::join("/a", "b") == "/a/b");
    CHECK(base::join("/a/", "/b") == "/a/b");
    CHECK(base::join("/a", "b/c") == "/a/b/c");
}

TEST_CASE("path: being within counts whole components") {
    CHECK(base::is_within("/a/b", "/a"));
    CHECK(base::is_within("/a", "/a"));
    CHECK(base::is_within("/a", "/"));
    CHECK(base::is_within("/", "/"));
    CHECK_FALSE(base::is_within("/ab", "/a"));
    CHECK_FALSE(base::is_within("/", "/a"));
    CHECK_FALSE(base::is_within("/b/a", "/a"));
}
