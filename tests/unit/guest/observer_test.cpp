// The observer, over a guest that is a table.

#include "guest/observer.hpp"
#include "support/memory_guest.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
using namespace retouch::test;

namespace {

std::vector<std::string> paths(const Effect &effect) {
    std::vector<std::string> result;
    for (const EntryChange &change : effect.files)
        result.push_back(change.path);
    return result;
}

std::string status(const std::string &name, const std::string &version) {
    return "Package: " + name +
           "\nStatus: install ok installed\nArchitecture: amd64\nVersion: " + version + "\n\n";
}

} // namespace

TEST_CASE("observer: each effect is what happened since the last one") {
    MemoryGuest guest;
    guest.put_file("/var/lib/dpkg/status", status("nano", "7.2"));
    guest::Observer observer(guest, {});
    CHECK(observer.effect() == Effect{});

    guest.put_file("/var/lib/dpkg/status", status("curl", "7.88") + status("nano", "8.0"));
    guest.put_file("/usr/bin/curl", "program", 0755);
    guest.put_link("/etc/systemd/system/multi-user.target.wants/x.service", "/lib/x.service");
    guest.put_file("/etc/group", "root:x:0:\nnew:x:7:\n");
    const Effect first = observer.effect();
    CHECK(paths(first) ==
          std::vector<std::string>{"/etc/group", "/etc/systemd", "/etc/systemd/system",
                                   "/etc/systemd/system/multi-user.target.wants",
                                   "/etc/systemd/system/multi-user.target.wants/x.service",
                                   "/usr/bin/curl", "/var/lib/dpkg/status"});
    CHECK(first.packages ==
          std::vector<PackageChange>{{"curl", "", "7.88"}, {"nano", "7.2", "8.0"}});
    CHECK(first.services == std::vector<ServiceChange>{{"x.service", true}});
    REQUIRE(first.accounts.size() == 5);
    CHECK(first.accounts[3] ==
          AccountChange{AccountChange::Kind::group, "new", std::nullopt, "gid 7"});

    guest.put_file("/var/lib/dpkg/status", status("curl", "7.88"));
    const Effect second = observer.effect();
    CHECK(second.packages == std::vector<PackageChange>{{"nano", "8.0", ""}});
    CHECK(second.services.empty());
    CHECK(second.accounts.empty());
    guest.remove("/var/lib/dpkg/status");
    CHECK(observer.effect().packages == std::vector<PackageChange>{{"curl", "7.88", ""}});
    CHECK(observer.effect() == Effect{});
}

TEST_CASE("observer: what a guest wrote before it began is not counted") {
    MemoryGuest guest;
    guest.write("/etc/a", std::string("12345"), 0644, 0, 0);
    guest::Observer observer(guest, {});
    CHECK(observer.effect().bytes_written == 0);
    guest.write("/etc/b", std::string("123"), 0644, 0, 0);
    CHECK(observer.effect().bytes_written == 3);
    CHECK(observer.effect().bytes_written == 0);
}

TEST_CASE("observer: rpm is asked in pieces, and only when its database changed") {
    MemoryGuest guest;
    guest.put_file("/var/lib/rpm/Packages", "1");
    const auto answer = [&guest](const std::string &text, int offset) {
        guest.script("rpm -qa --qf '%{NAME}\\t%{ARCH}\\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}"
                     "\\n' | LC_ALL=C sort | tail -c +" +
                         std::to_string(offset) + " | head -c 49152",
                     0, text);
    };
    std::string many = "a\tnoarch\t1-1\n";
    many.append(49152 - many.size() - 4, 'x');
    many += "\nbash";
    many.resize(49152);
    answer(many, 1);
    answer("\tx86_64\t5-1\n", 49153);
    guest::Observer observer(guest, {});
    CHECK(guest.probed().size() == 2);
    guest.put_file("/etc/other", "x");
    CHECK(observer.effect().packages.empty());
    CHECK(guest.probed().size() == 2);

    answer("a\tnoarch\t1-2\n", 1);
    guest.put_file("/var/lib/rpm/Packages", "2");
    CHECK(observer.effect().packages.front() == PackageChange{"a", "1-1", "1-2"});
    CHECK(guest.probed().size() == 3);
}
