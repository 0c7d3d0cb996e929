// RBD images served by the storage daemon: bytes both ways, no key on its command line.

#include "store/block_device.hpp"
#include "store/rbd/rbd_store.hpp"
#include "unit/store/rbd_rig.hpp"

using namespace retouch;
using namespace retouch::test;

namespace {

std::string command_line(pid_t pid) {
    const base::UniqueFd file = base::open_file(fmt::format("/proc/{}/cmdline", pid), O_RDONLY);
    std::string text(16384, '\0');
    text.resize(base::read_some(file.get(), text, "cmdline"));
    return text;
}

} // namespace

TEST_CASE("rbd export: names reach the daemon as JSON") {
    RbdDisk rbd{{"/a,b.conf", "u", "/key"}, "p,q", "i\"=", "s"};
    Disk disk{.place = rbd};
    CHECK(
        store::block_device(disk) ==
        R"({"node-name":"disk","read-only":true,"auto-read-only":false,"discard":"unmap",)"
        R"("detect-zeroes":"off","driver":"rbd","pool":"p,q","image":"i\"=","snapshot":"s","conf":"/a,b.conf",)"
        R"("user":"u"})");
    CHECK(store::disk_name(disk) == "rbd:p,q/i\"=@s");
    const auto environment = store::block_device_environment(disk);
    REQUIRE(environment);
    CHECK(environment->back() == std::pair<std::string, std::string>("CEPH_KEYRING", "/key"));
    rbd.access.keyring.clear();
    disk.place = rbd;
    CHECK_FALSE(store::block_device_environment(disk));
}

TEST_CASE("rbd export: what qemu says has a hint") {
    const Disk disk{.place = RbdDisk{{"/c", "u", {}}, "p", "i", ""}};
    CHECK(store::open_hint(disk, "Unknown driver 'rbd'") ==
          "install the package qemu-block-extra, which brings qemu's driver for Ceph");
    CHECK(store::open_hint(disk, "error connecting: Permission denied") ==
          "check /c and the keyring of the Ceph user client.u");
    CHECK(store::open_hint(disk, "anything about a block").empty());
}

TEST_CASE("rbd export: a snapshot is served read-only, with the keyring of the configuration",
          "[rig]") {
    if (skipped_without_rig())
        return;
    const SourceImage source;
    // Only RbdAccess tells where the key is.
    const Scratch scratch;
    RbdAccess access = glance_access();
    access.conf = scratch / "ceph.conf";
    std::string conf = base::read_file(glance_access().conf, k_mib);
    conf.replace(conf.find("keyring = "), 10, "unused = ");
    base::write_file_atomically(access.conf, conf);
    const store::RbdStore store(access, k_pool);
    store::DiskExport served(store.disk(source.record()), store::DiskExport::Protocol::nbd,
                             scratch.path());
    const std::string words = command_line(served.pid());
    CHECK(words.find("\"snapshot\":\"snap\"") != std::string::npos);
    CHECK(words.find("key\"") == std::string::npos);
    base::ProcessSpec spec;
    spec.program = "qemu-io";
    spec.arguments = {"-r",
                      "-f",
                      "raw",
                      "-c",
                      "read -P 0 16M 8M",
                      "nbd:unix:" + served.path().string() + ":exportname=disk"};
    CHECK(base::run_checked(spec, "read").out.find("verification failed") == std::string::npos);
    spec.arguments.erase(spec.arguments.begin());
    spec.arguments[3] = "write 0 512";
    CHECK_FALSE(base::run_process(spec).ok());
    served.finish();
}

TEST_CASE("rbd export: an image that is not there is told by its name", "[rig]") {
    if (skipped_without_rig())
        return;
    const Scratch scratch;
    const Disk disk{.place = RbdDisk{glance_access(), k_pool, "no,such", ""}};
    CHECK(error_of(
              scratch.path(),
              [&] { store::DiskExport(disk, store::DiskExport::Protocol::nbd, scratch.path()); },
              ErrorKind::failed) ==
          "cannot open the disk rbd:images/no,such: error reading header from no,such: No such "
          "file or directory\nhint: ");
}
