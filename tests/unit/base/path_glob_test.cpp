#include "base/path_glob.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

TEST_CASE("path glob: * stays within a name, ** stands for any number of them") {
    struct Case {
        const char *pattern;
        const char *path;
        bool matches;
    };

    const auto [pattern, path, matches] = GENERATE(values<Case>({
        {"/etc/motd", "/etc/motd", true},
        {"/etc/motd", "/etc/motd.d", false},
        {"/etc/*", "/etc/motd", true},
        {"/etc/*", "/etc/ssh/sshd_config", false},
        {"/etc/*", "/etc", false},
        {"/etc/**", "/etc", true},
        {"/etc/**", "/etc/ssh/sshd_config", true},
        {"/etc/**", "/etcetera", false},
        {"/etc/**/*.conf", "/etc/a.conf", true},
        {"/etc/**/*.conf", "/etc/a/b/c.conf", true},
        {"/etc/**/*.conf", "/etc/a/b/c.cfg", false},
        {"**/__pycache__/**", "/usr/lib/python3/__pycache__/x.pyc", true},
        {"/**", "/", true},
        {"/boot/initrd.img-*", "/boot/initrd.img-6.1.0", true},
        {"/a[bc]", "/ab", true},
        {"/a[bc]", "/ad", false},
        {"/etc/x**", "/etc/x/y", false},
    }));
    CAPTURE(pattern, path);
    CHECK(matches_path(pattern, path) == matches);
}

TEST_CASE("path glob: many stars take no time worth mentioning") {
    std::string pattern;
    std::string path;
    for (int i = 0; i < 500; ++i) {
        pattern += "/**/a*";
        path += "/ab";
    }
    CHECK_FALSE(matches_path(pattern + "/z", path));
}
