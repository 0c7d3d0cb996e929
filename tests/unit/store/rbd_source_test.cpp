// Which records can be a source: each refusal has its own words. What the record alone shows needs
// no cluster; the rest is asked of a rig.

#include "store/rbd/rbd_store.hpp"
#include "unit/store/rbd_rig.hpp"

using namespace retouch;
using namespace retouch::test;

namespace {

constexpr const char *k_id = "11111111-1111-4111-8111-111111111111";

Image usable() {
    Image image;
    image.id = k_id;
    image.name = "debian";
    image.size = 1;
    return image;
}

std::string refusal_of(const Image &image) {
    return error_of(
        "/none", [&] { store::require_usable_source(image); }, ErrorKind::refused);
}

std::string expected(std::string_view why, std::string_view hint) {
    return fmt::format("image 'debian' ({}) cannot be a source: {}\nhint: {}", k_id, why, hint);
}

std::string store_refusal(const store::RbdStore &store, const Image &image) {
    return error_of(
        "/none", [&] { static_cast<void>(store.disk(image)); }, ErrorKind::refused);
}

} // namespace

TEST_CASE("rbd source: a raw active image with one location or none is usable") {
    Image image = usable();
    CHECK(refusal_of(image) == "nothing was thrown");
    image.locations = {"rbd://a/b/c/d"};
    CHECK(refusal_of(image) == "nothing was thrown");
}

TEST_CASE("rbd source: a volume-backed image is refused") {
    Image image = usable();
    image.size = 0;
    image.properties[GENERATE("block_device_mapping", "bdm_v2", "root_device_name")] = "x";
    CHECK(refusal_of(image) ==
          expected("it is a snapshot of a server that boots from a volume, and has no bytes of its "
                   "own",
                   "make an image of the volume: openstack image create --volume VOLUME NAME"));
}

TEST_CASE("rbd source: the properties of a volume on an image with bytes do not matter") {
    Image image = usable();
    image.properties["root_device_name"] = "/dev/vda";
    CHECK(refusal_of(image) == "nothing was thrown");
}

TEST_CASE("rbd source: an image that is not active is refused") {
    Image image = usable();
    image.status = "queued";
    CHECK(refusal_of(image) ==
          expected("its status is queued, not active", "wait until it is uploaded"));
    image.status = "deactivated";
    CHECK(refusal_of(image) == expected("its status is deactivated, not active",
                                        fmt::format("reactivate it: openstack image set "
                                                    "--activate {}",
                                                    k_id)));
}

TEST_CASE("rbd source: an encrypted image is refused") {
    Image image = usable();
    image.properties[GENERATE("cinder_encryption_key_id", "os_encrypt_format", "os_decrypt_size",
                              "hw_ephemeral_encryption_secret_uuid")] = "x";
    CHECK(refusal_of(image) ==
          expected("it is encrypted",
                   "decrypt it into an image of its own and use that as the source"));
}

TEST_CASE("rbd source: a format that cannot be cloned is refused") {
    Image image = usable();
    image.disk_format = "qcow2";
    CHECK(refusal_of(image) ==
          expected("its disk format is qcow2; in Ceph only raw images can be cloned",
                   "convert it with 'qemu-img convert -O raw' and upload the result as a new "
                   "image"));
}

TEST_CASE("rbd source: several locations are copies of it") {
    Image image = usable();
    image.locations = {"file:///x", "rbd://a/b/c/d", "rbd://e/f/g/h"};
    CHECK(refusal_of(image) == "nothing was thrown");
}

TEST_CASE("rbd source: a refusal escapes what the image is called") {
    Image image = usable();
    image.name = "de\x1b[1mbian";
    image.disk_format = "\a";
    const std::string text = refusal_of(image);
    CHECK(text.find("image 'de\\x1b[1mbian'") == 0);
    CHECK(text.find("is \\x07;") != std::string::npos);
}

TEST_CASE("rbd source: the disk of an image is its snapshot, read-only", "[rig]") {
    if (skipped_without_rig())
        return;
    const SourceImage source;
    const store::RbdStore store(glance_access(), k_pool);
    const Disk disk = store.disk(source.record());
    CHECK(disk.format() == "raw");
    CHECK_FALSE(disk.file());
    CHECK(disk.virtual_size_bytes == source.record().size);
    CHECK(disk.read_only);
    CHECK(*disk.rbd() == RbdDisk{glance_access(), k_pool, source.id(), "snap"});
    CHECK(store.pools() == std::vector<std::string>{k_pool});
}

TEST_CASE("rbd source: without a location an image is found where Glance puts it", "[rig]") {
    if (skipped_without_rig())
        return;
    const SourceImage source;
    const store::RbdStore store(glance_access(), k_pool);
    Image image = source.record();
    image.locations.clear();
    CHECK(*store.disk(image).rbd() == RbdDisk{glance_access(), k_pool, source.id(), "snap"});
    image.size -= 512;
    const std::string refused =
        fmt::format("the image service shows no location of image 'source' ({0}), and "
                    "images/{0}@snap is not its bytes\nhint: use an endpoint of Glance that shows "
                    "locations, or name the pool of its images in retouch.yaml (rbd: pool)",
                    source.id());
    CHECK(store_refusal(store, image) == refused);
    image.size += 512;
    rbd({"snap", "unprotect", source.name() + "@snap"});
    rbd({"snap", "rm", "--no-progress", source.name() + "@snap"});
    CHECK(store_refusal(store, image) == refused);
}

TEST_CASE("rbd source: another cluster, pool or snapshot is refused", "[rig]") {
    if (skipped_without_rig())
        return;
    const SourceImage source;
    const store::RbdStore store(glance_access(), k_pool);
    const std::string fsid = rig_fsid();
    Image image = source.record();

    image.locations = {fmt::format("rbd://other/images/{}/snap", source.id())};
    CHECK(store_refusal(store, image) ==
          fmt::format("image 'source' ({}) is in another Ceph cluster: its location names other, "
                      "ours is {}\nhint: name that cluster's ceph.conf in retouch.yaml (rbd: conf)",
                      source.id(), fsid));

    image.locations = {fmt::format("rbd://{}/images/{}/nosnap", fsid, source.id())};
    CHECK(store_refusal(store, image) ==
          fmt::format("image 'source' ({0}) cannot be a source: its snapshot images/{0}@nosnap is "
                      "not in the Ceph cluster\nhint: its bytes are lost or were moved; restore "
                      "them, or choose another source",
                      source.id()));

    image.locations = {fmt::format("rbd://{}/nopool/x/snap", fsid)};
    CHECK(
        store_refusal(store, image) ==
        fmt::format("the Ceph cluster {} has no pool 'nopool'\nhint: 'ceph osd pool ls' lists its "
                    "pools; retouch.yaml names those that are used (rbd: pool and scratch_pool)",
                    fsid));

    image.locations = {"file:///var/lib/glance/x"};
    CHECK(store_refusal(store, image).find("it does not begin with rbd://") != std::string::npos);
}

TEST_CASE("rbd source: a pool the user has no rights to is told as such", "[rig]") {
    if (skipped_without_rig())
        return;
    const SourceImage source("vms");
    const store::RbdStore store(glance_access(), k_pool);
    CHECK(error_of(
              "/none", [&] { static_cast<void>(store.disk(source.record())); },
              ErrorKind::not_authorised) ==
          "cannot read the Ceph pool 'vms': Operation not permitted\nhint: the Ceph user needs the "
          "rights 'profile rbd' on the monitors and on the pool; 'ceph auth get' shows those it "
          "has");
}
