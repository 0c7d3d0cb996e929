// What is read from texts of a guest: packages, accounts, services.

#include "guest/effects/accounts.hpp"
#include "guest/effects/packages.hpp"
#include "guest/effects/services.hpp"
#include "support/memory_guest.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
using namespace retouch::test;

namespace {

guest::Packages dpkg_packages(std::string_view status) {
    return guest::installed_packages(guest::dpkg_records(status));
}

guest::Packages apk_packages(std::string_view installed) {
    return guest::installed_packages(guest::apk_records(installed));
}

} // namespace

TEST_CASE("packages: of dpkg's status only what is installed whole counts") {
    const guest::Packages packages = dpkg_packages("Package: adduser\n"
                                                   "Status: install ok installed\n"
                                                   "Architecture: all\n"
                                                   "Version: 3.134\n"
                                                   "Description: add users\n"
                                                   " Version: not this one\n"
                                                   "\n"
                                                   "Package: libc6\n"
                                                   "Status: install ok installed\n"
                                                   "Architecture: amd64\n"
                                                   "Version: 2.36-9\n"
                                                   "\n"
                                                   "Package: libc6\n"
                                                   "Status: hold ok triggers-pending\n"
                                                   "Architecture: i386\n"
                                                   "Version: 2.36-9\n"
                                                   "\n"
                                                   "Package: nano\n"
                                                   "Status: deinstall ok config-files\n"
                                                   "Architecture: amd64\n"
                                                   "Version: 7.2-1\n"
                                                   "\n"
                                                   "Package: half\n"
                                                   "Status: install ok half-installed\n"
                                                   "Version: 1");
    CHECK(packages == guest::Packages{{"adduser", {{"all", "3.134"}}},
                                      {"libc6", {{"amd64", "2.36-9"}, {"i386", "2.36-9"}}}});
    CHECK(dpkg_packages("").empty());
    CHECK(dpkg_packages("\n\n:\nPackage:\n\xff\n").empty());
}

TEST_CASE("packages: apk's database and rpm's answer are read") {
    CHECK(
        apk_packages("C:Q1=\nP:musl\nV:1.2.4-r2\nA:x86_64\nF:lib\n\nP:busybox\nV:1.36\nA:x86_64") ==
        guest::Packages{{"busybox", {{"x86_64", "1.36"}}}, {"musl", {{"x86_64", "1.2.4-r2"}}}});
    CHECK(guest::rpm_packages(
              "bash\tx86_64\t4.2-1\nkernel\tx86_64\t3.10-1\nkernel\tx86_64\t3.10-2\nodd\n") ==
          guest::Packages{{"bash", {{"x86_64", "4.2-1"}}},
                          {"kernel", {{"x86_64", "3.10-1, 3.10-2"}}}});
}

TEST_CASE("packages: changes name the architecture where there are several") {
    const guest::Packages before = {{"a", {{"all", "1"}}},
                                    {"gone", {{"amd64", "1"}}},
                                    {"libc6", {{"amd64", "2"}}},
                                    {"same", {{"amd64", "1"}}}};
    const guest::Packages after = {{"a", {{"amd64", "2"}}},
                                   {"libc6", {{"amd64", "2"}, {"i386", "2"}}},
                                   {"new", {{"amd64", "3"}}},
                                   {"same", {{"amd64", "1"}}}};
    CHECK(guest::package_changes(before, after) ==
          std::vector<PackageChange>{
              {"a", "1", "2"}, {"gone", "1", ""}, {"libc6:i386", "", "2"}, {"new", "", "3"}});
    CHECK(guest::package_changes(before, before).empty());
}

TEST_CASE("accounts: users and groups are told without passwords") {
    const guest::Accounts before = guest::accounts_of("root:x:0:0:root:/root:/bin/sh\n"
                                                      "old:secret:5:5:Old:/old:/bin/false\n"
                                                      "broken:line\n"
                                                      "root:x:9:9::/:/\n",
                                                      "root:x:0:\nadm:x:4:debian,root\n");
    const guest::Accounts after = guest::accounts_of("root:x:0:0:Other Name:/root:/bin/sh\n"
                                                     "bob:$6$hash:1000:1000::/home/bob:/bin/bash\n",
                                                     "root:x:0:\nadm:x:4:debian\nbob:x:1000:\n");
    using Kind = AccountChange::Kind;
    CHECK(guest::account_changes(before, after) ==
          std::vector<AccountChange>{
              {Kind::user, "bob", std::nullopt, "uid 1000, gid 1000, /home/bob, /bin/bash"},
              {Kind::user, "old", "uid 5, gid 5, /old, /bin/false", std::nullopt},
              {Kind::group, "adm", "gid 4, members debian, root", "gid 4, members debian"},
              {Kind::group, "bob", std::nullopt, "gid 1000"}});
}

TEST_CASE("services: links of the administrator decide, and masking ends them") {
    MemoryGuest guest;
    guest.put_link("/etc/systemd/system/multi-user.target.wants/ssh.service", "/lib/ssh.service");
    guest.put_link("/etc/systemd/system/multi-user.target.wants/cron.service", "/lib/cron.service");
    guest.put_link("/etc/systemd/system/dbus.service.requires/x.socket", "/lib/x.socket");
    guest.put_link("/etc/systemd/system/alias.service", "/lib/ssh.service");
    guest.put_link("/etc/runlevels/default/sshd", "/etc/init.d/sshd");
    guest.put_file("/etc/systemd/system/own.service.d/extra.conf", "[Service]\n");
    const std::set<std::string> before = guest::enabled_services(guest);
    CHECK(before == std::set<std::string>{"cron.service", "ssh.service", "sshd", "x.socket"});
    guest.put_link("/etc/systemd/system/ssh.service", "/dev/null");
    guest.put_link("/etc/systemd/system/sockets.target.wants/cron.service", "/lib/cron.service");
    guest.remove("/etc/systemd/system/multi-user.target.wants/cron.service");
    guest.put_link("/etc/systemd/system/timers.target.wants/a.timer", "/lib/a.timer");
    CHECK(guest::service_changes(before, guest::enabled_services(guest)) ==
          std::vector<ServiceChange>{{"a.timer", true}, {"ssh.service", false}});

    CHECK(guest::decides_services("/etc/systemd/system/a.target.wants/b.service"));
    CHECK(guest::decides_services("/etc/runlevels/boot/x"));
    CHECK_FALSE(guest::decides_services("/lib/systemd/system/a.target.wants/b.service"));
    CHECK_FALSE(guest::decides_services("/etc/systemd/systemd.conf"));
}
