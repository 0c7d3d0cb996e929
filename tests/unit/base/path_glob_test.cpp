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
        {"/etc/", "/etc", true},
        {"//etc//motd", "/etc/motd/", true},
        {"/**/b/**/d", "/a/b/c/b/d/d", true},
        {"/**/b/**/d", "/a/c/b", false},
        {"/a/**/b", "/a/b/b", true},
        {"/a/**/**/b", "/a/b", true},
        {"/**/x*/y", "/x1/z/x2/y", true},
        {"/a/*", "/a/b/c", false},
        {"", "/", true},
        {"/", "/a", false},
        {"/a\\*", "/a*", true},
        {"/a\\*", "/ab", false},
    }));
    CAPTURE(pattern, path);
    CHECK(base::matches_path(pattern, path) == matches);
}

TEST_CASE("path glob: thousands of deep paths take no time worth mentioning") {
    std::string path = "/opt";
    int matched = 0;
    for (int depth = 0; depth < 5000; ++depth) {
        path += "/d";
        for (const char *pattern : {"/var/**", "/usr/*/x", "/etc/**/*.conf", "/opt/**/e", "/a/b"})
            matched += base::matches_path(pattern, path) ? 1 : 0;
    }
    CHECK(matched == 0);
}

TEST_CASE("path glob: many stars take no time worth mentioning") {
    std::string pattern;
    std::string path;
    for (int i = 0; i < 500; ++i) {
        pattern += "/**/a*";
        path += "/ab";
    }
    CHECK_FALSE(base::matches_path(pattern + "/z", path));
}

TEST_CASE("name glob: wildcards stand for any characters, slashes and first dots included") {
    struct Case {
        const char *pattern;
        const char *name;
        bool matches;
    };

    const auto [pattern, name, matches] = GENERATE(values<Case>({
        {"os_distro", "os_distro", true},
        {"os_distro", "os_distro2", false},
        {"os_distro", "OS_distro", false},
        {"owner_specified.*", "owner_specified.openstack.md5", true},
        {"owner_specified.*", "owner_specified", false},
        {"*_date", "a/b_date", true},
        {"*", ".hidden", true},
        {"*", "", true},
        {"hw_??", "hw_rn", true},
        {"hw_??", "hw_rng", false},
        {"[a-c]x", "bx", true},
        {"[!a-c]x", "bx", false},
        {"[x", "[x", true},
    }));
    CAPTURE(pattern, name);
    CHECK(base::matches_name(pattern, name) == matches);
}
