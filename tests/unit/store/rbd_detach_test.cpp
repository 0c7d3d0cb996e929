// Detaching a published image from its source, and removing: only ever what is ours.

#include "store/rbd/rbd_store.hpp"
#include "unit/store/rbd_rig.hpp"

using namespace retouch;
using namespace retouch::test;

namespace {

/// A published image that still shares data with its source.
struct Published {
    SourceImage source;
    store::RbdStore store{glance_access(), k_pool};
    std::string id = base::random_uuid();
    Image record;
    std::string name = fmt::format("{}/{}", k_pool, id);

    Published() {
        const auto stage = store.stage(source.record(), id, LineagePolicy::detach);
        edit(stage->disk(), {"write -P 90 1M 4k"});
        static_cast<void>(stage->seal({}));
        stage->publish();
        record = published_record(id, store.location_of(id));
    }

    ~Published() { clear_image(name); }

    Published(const Published &) = delete;
    Published &operator=(const Published &) = delete;
};

bool has_parent(const std::string &image) {
    return rbd({"info", image}).find("parent:") != std::string::npos;
}

} // namespace

TEST_CASE("rbd detach: afterwards neither image nor snapshot knows the source", "[rig]") {
    if (skipped_without_rig())
        return;
    Published image;
    const std::string before = bytes_of(image.name + "@snap");
    CHECK(has_parent(image.name));
    CHECK(image.store.detach(image.record, {}).empty());
    CHECK_FALSE(has_parent(image.name));
    CHECK_FALSE(has_parent(image.name + "@snap"));
    CHECK(rbd({"children", image.source.name() + "@snap"}).empty());
    CHECK(rbd_can({"snap", "unprotect", image.source.name() + "@snap"}));
    CHECK(bytes_of(image.name + "@snap") == before);
    CHECK(rbd({"status", image.name}).find("Watchers: none") != std::string::npos);

    bool asked = false;
    CHECK(
        image.store.detach(image.record, [&](std::uint64_t, std::uint64_t) { return asked = true; })
            .empty());
    CHECK_FALSE(asked);
    image.store.remove(image.id);
    CHECK_FALSE(exists(image.name));
}

TEST_CASE("rbd detach: stopped, it can be repeated", "[rig]") {
    if (skipped_without_rig())
        return;
    Published image;
    const std::string before = bytes_of(image.name + "@snap");
    const std::string stopped = error_of(
        "/none",
        [&] {
            static_cast<void>(image.store.detach(
                image.record, [](std::uint64_t, std::uint64_t) { return false; }));
        },
        ErrorKind::interrupted);
    // A small image may be copied before Ceph asks; then it is the maps that are not made again.
    const bool was_copied = !has_parent(image.name);
    CHECK(stopped == fmt::format("stopped: {} the RBD image {}\nhint: ",
                                 was_copied ? "make the object map of" : "detach", image.name));
    CHECK(bytes_of(image.name + "@snap") == before);
    CHECK(image.store.detach(image.record, {}).empty());
    CHECK_FALSE(has_parent(image.name));
    CHECK(bytes_of(image.name + "@snap") == before);
}

TEST_CASE("rbd detach: what a delete that failed took of the image is put back", "[rig]") {
    if (skipped_without_rig())
        return;
    Published image;
    const std::string snapshot = image.name + "@snap";
    const std::string before = bytes_of(snapshot);
    const std::vector<std::string> told = {fmt::format(
        "somebody tried to delete image {} while it was open: its snapshot {} was gone or "
        "unprotected, and was put back",
        image.id, snapshot)};
    bool at_work = true;
    bool keeps = false;
    SECTION("the snapshot, while data was copied") {}
    SECTION("its protection, while data was copied") {
        keeps = true;
    }
    SECTION("the snapshot, after all was copied") {
        at_work = false;
    }
    CHECK(image.store.shares_data(image.record));
    const auto take_away = [&] {
        rbd({"snap", "unprotect", snapshot});
        if (!keeps)
            rbd({"snap", "rm", "--no-progress", snapshot});
        return true;
    };
    bool taken = false;
    if (!at_work) {
        CHECK(image.store.detach(image.record, {}).empty());
        taken = take_away();
    }
    CHECK(image.store.detach(image.record, [&](std::uint64_t, std::uint64_t) {
        return taken = taken || take_away();
    }) == told);
    CHECK(bytes_of(snapshot) == before);
    CHECK(rbd({"snap", "ls", image.name}).find("yes") != std::string::npos);
    CHECK_FALSE(image.store.shares_data(image.record));
    CHECK(image.store.detach(image.record, {}).empty());
}

TEST_CASE("rbd detach: a snapshot is not taken of bytes that cannot be those published", "[rig]") {
    if (skipped_without_rig())
        return;
    Published image;
    CHECK(image.store.detach(image.record, {}).empty());
    rbd({"snap", "unprotect", image.name + "@snap"});
    rbd({"snap", "rm", "--no-progress", image.name + "@snap"});
    rbd({"resize", "--no-progress", "--size", "1G", image.name});
    CHECK(error_of(
              "/none", [&] { static_cast<void>(image.store.detach(image.record, {})); },
              ErrorKind::failed) ==
          fmt::format("the snapshot 'snap' of the RBD image {} is gone, and the image has "
                      "1073741824 bytes instead of {}\nhint: its bytes cannot be trusted: retouch "
                      "remove {} --yes, and apply",
                      image.name, image.record.size, image.id));
    CHECK(rbd({"snap", "ls", image.name}).empty());
}

TEST_CASE("rbd detach: what is not ours is not flattened", "[rig]") {
    if (skipped_without_rig())
        return;
    const SourceImage source;
    store::RbdStore store(glance_access(), k_pool);
    const std::string id = base::random_uuid();
    const std::string name = fmt::format("{}/{}", k_pool, id);
    rbd({"clone", "--rbd-default-clone-format", "2", source.name() + "@snap", name});
    Image image = published_record(id, fmt::format("rbd://{}/images/{}/snap", rig_fsid(), id));
    CHECK(error_of(
              "/none", [&] { static_cast<void>(store.detach(image, {})); }, ErrorKind::refused) ==
          fmt::format("the RBD image {} depends on another one, but is not ours to detach\nhint: ",
                      name));
    CHECK(has_parent(name));
    rbd({"rm", "--no-progress", name});
    CHECK(error_of(
              "/none", [&] { static_cast<void>(store.detach(image, {})); }, ErrorKind::refused) ==
          fmt::format("the bytes of image '{}' ({}) are lost: there is no RBD image {}\nhint: "
                      "restore them, or: retouch remove {} --yes",
                      image.name, id, name, id));
    image.locations = {"file:///elsewhere"};
    CHECK(store.detach(image, {}).empty());
    CHECK(store.detach(source.record(), {}).empty());
    CHECK_FALSE(store.shares_data(source.record()));
}

TEST_CASE("rbd remove: an image without our mark is never touched", "[rig]") {
    if (skipped_without_rig())
        return;
    const SourceImage source;
    store::RbdStore store(glance_access(), k_pool);
    store.remove(source.id());
    CHECK(rbd({"snap", "ls", source.name()}).find("yes") != std::string::npos);

    // Neither one that has the name of a stage, nor a clone that has inherited a mark.
    const std::string id = base::random_uuid();
    const std::string stage = fmt::format("{}/retouch-stage-{}", k_pool, id);
    const std::string other = fmt::format("{}/{}", k_pool, base::random_uuid());
    rbd({"create", "--size", "8M", stage});
    store.remove(id);
    CHECK(exists(stage));
    rbd({"image-meta", "set", stage, "retouch.stage", source.id()});
    store.remove(id);
    CHECK(exists(stage));
    rbd({"image-meta", "set", source.name(), "retouch.stage", id});
    rbd({"clone", "--rbd-default-clone-format", "2", source.name() + "@snap", other});
    store.remove(id);
    store.remove(source.id());
    CHECK(exists(other));
    CHECK(exists(source.name()));
    rbd({"rm", "--no-progress", other});
    rbd({"rm", "--no-progress", stage});
}

TEST_CASE("rbd remove: what a killed run left is removed, wherever it stopped", "[rig]") {
    if (skipped_without_rig())
        return;
    const SourceImage source;
    store::RbdStore store(glance_access(), k_pool);
    const std::string id = base::random_uuid();
    const std::string stage = fmt::format("{}/retouch-stage-{}", k_pool, id);
    const std::string name = fmt::format("{}/{}", k_pool, id);
    const auto clone = [&](const std::string &to) {
        rbd({"clone", "--rbd-default-clone-format", "2", source.name() + "@snap", to});
    };
    SECTION("nothing was made") {}
    SECTION("announced") {
        CHECK(ceph_tool("rados", {"-p", k_pool, "create", "retouch.stage." + id}).ok());
    }
    SECTION("cloned, not yet marked") {
        CHECK(ceph_tool("rados", {"-p", k_pool, "create", "retouch.stage." + id}).ok());
        clone(stage);
    }
    SECTION("marked and measured") {
        clone(stage);
        rbd({"image-meta", "set", stage, "retouch.stage", id});
        rbd({"snap", "create", "--no-progress", stage + "@base"});
    }
    SECTION("renamed") {
        clone(name);
        rbd({"image-meta", "set", name, "retouch.stage", id});
    }
    SECTION("published") {
        clone(name);
        rbd({"image-meta", "set", name, "retouch.stage", id});
        rbd({"snap", "create", "--no-progress", name + "@snap"});
        rbd({"snap", "protect", name + "@snap"});
    }
    store.remove(id);
    CHECK_FALSE(exists(stage));
    CHECK_FALSE(exists(name));
    CHECK(our_objects().empty());
    CHECK(rbd({"children", source.name() + "@snap"}).empty());
    CHECK_THROWS_WITH(store.remove("../x"), "'../x' is not an image id");
}

TEST_CASE("rbd remove: an image with a clone in another pool stays whole", "[rig]") {
    if (skipped_without_rig())
        return;
    Published image;
    const std::string server = "vms/" + base::random_uuid() + "_disk";
    rbd({"clone", "--rbd-default-clone-format", "2", image.name + "@snap", server});
    CHECK(error_of(
              "/none", [&] { image.store.remove(image.id); }, ErrorKind::refused)
              .find(fmt::format("the RBD image {}@snap is in use: it has clones", image.name)) ==
          0);
    CHECK(rbd({"snap", "ls", image.name}).find("yes") != std::string::npos);
    rbd({"rm", "--no-progress", server});
    image.store.remove(image.id);
    CHECK_FALSE(exists(image.name));
}
