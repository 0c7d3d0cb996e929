// Which files of an image only one machine may have.

#include "guest/machine_identity.hpp"
#include "support/memory_guest.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
using namespace retouch::test;

TEST_CASE("machine identity: files that hold something, and no others") {
    MemoryGuest guest;
    for (const char *path : {"/etc/machine-id", "/var/lib/dbus/machine-id"})
        guest.remove(path);
    const std::set<std::string> none = guest::identity_files(guest);
    CHECK(none.empty());
    for (const char *path :
         {"/etc/machine-id", "/etc/ssh/ssh_host_rsa_key", "/var/lib/systemd/random-seed"})
        guest.put_file(path, "");
    guest.put_link("/var/lib/dbus/machine-id", "/etc/machine-id");
    guest.put_file("/etc/ssh/ssh_host_rsa_key.pub", "public");
    CHECK(guest::identity_files(guest).empty());
    guest.put_file("/etc/machine-id", "uninitialized\n");
    CHECK(guest::identity_files(guest).empty());
    guest.put_file("/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
    guest.put_file("/etc/ssh/ssh_host_ed25519_key", "secret");
    guest.put_file("/var/lib/dhcp/dhclient.eth0.leases", "lease");
    CHECK(guest::identity_files(guest) ==
          std::set<std::string>{"/etc/machine-id", "/etc/ssh/ssh_host_ed25519_key",
                                "/var/lib/dhcp/dhclient.eth0.leases"});
}

TEST_CASE("machine identity: what cleans it up") {
    CHECK(
        guest::cleanup_of_identity({"/etc/ssh/ssh_host_rsa_key", "/etc/ssh/ssh_host_dsa_key",
                                    "/var/lib/dbus/machine-id", "/var/lib/systemd/random-seed"}) ==
        std::vector<std::string>{"machine-id", "ssh-host-keys"});
    CHECK(guest::cleanup_of_identity({"/var/lib/systemd/random-seed"}).empty());
}
