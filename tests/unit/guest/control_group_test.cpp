#include "guest/host/group_place.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace retouch;

namespace {

constexpr const char *k_mounts =
    "22 1 0:20 / /proc rw shared:1 - proc proc rw\n"
    "30 22 0:27 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";

/// Where groups are made when only `giving` give memory and pids to those below them.
std::string place(const char *own, const std::set<std::string> &giving,
                  const char *mounts = k_mounts) {
    return guest::place_for_groups(own, mounts,
                                   [&](const std::filesystem::path &group) {
                                       return giving.count(group.lexically_normal().string()) == 1;
                                   })
        .string();
}

} // namespace

TEST_CASE("control groups: made beside the own group, where the one above gives controllers") {
    CHECK(place("0::/system.slice/ci.service\n", {"/sys/fs/cgroup/system.slice"}) ==
          "/sys/fs/cgroup/system.slice");
    CHECK(place("9:pids:/\n0::/session.scope\n", {"/sys/fs/cgroup"}) == "/sys/fs/cgroup");
    CHECK(place("0::/\n", {"/sys/fs/cgroup"}) == "/sys/fs/cgroup");
}

TEST_CASE("control groups: none where another group would have to be changed for it") {
    CHECK(place("0::/system.slice/ci.service\n", {}).empty());
    CHECK(place("0::/system.slice/ci.service\n", {"/sys/fs/cgroup"}).empty());
    CHECK(place("0::/\n", {"/sys/fs"}).empty());
}

TEST_CASE("control groups: none where the hierarchy is another, or not seen as a whole") {
    const std::set<std::string> all = {"/sys/fs/cgroup", "/sys/fs/cgroup/a", "/"};
    CHECK(place("4:memory:/\n8:pids:/\n", all).empty());
    CHECK(place("0::/../b\n", all).empty());
    CHECK(place("0::/a/b\n", all, "22 1 0:20 / /proc rw shared:1 - proc proc rw\n").empty());
    CHECK(
        place("0::/a/b\n", all, "30 22 0:27 /a /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n").empty());
    CHECK(place("", all).empty());
}

TEST_CASE("control groups: of version 1 below the own group, in the hierarchy that counts memory") {
    struct Case {
        const char *own;
        const char *mounts;
        const char *expected;
    };

    const char *usual = "31 30 0:28 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
                        "32 30 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";
    const char *joined = "32 30 0:29 / /groups\\040here rw - cgroup cgroup rw,hugetlb,memory\n";
    const char *part = "32 30 0:29 /docker/1 /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";
    for (const Case &one : {
             Case{"8:pids:/a\n4:memory:/b/c\n", usual, "/sys/fs/cgroup/memory/b/c"},
             Case{"4:memory:/\n", usual, "/sys/fs/cgroup/memory"},
             Case{"4:hugetlb,memory:/b:c\n", joined, "/groups here/b:c"},
             Case{"4:memory:/docker/1\n", part, "/sys/fs/cgroup/memory"},
             Case{"4:memory:/docker/1/x\n", part, "/sys/fs/cgroup/memory/x"},
             // Not there, not seen, or not counted.
             Case{"4:memory:/docker/12\n", part, ""},
             Case{"4:memory:/../b\n", usual, ""},
             Case{"8:pids:/a\n0::/b\n", usual, ""},
             Case{"4:memory:/b\n", k_mounts, ""},
             Case{"", usual, ""},
             Case{"4:memory", usual, ""},
         })
        CHECK(guest::place_for_memory_groups(one.own, one.mounts).string() == one.expected);
}
