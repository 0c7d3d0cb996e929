// Whose bytes: what a pool's own metadata says of a published image, wherever else its copies are.

#include "store/rbd/rbd_store.hpp"
#include "unit/store/rbd_rig.hpp"

using namespace retouch;
using namespace retouch::test;

TEST_CASE("rbd marks: bytes are ours by the mark on the copy in our cluster", "[rig]") {
    if (skipped_without_rig())
        return;
    const SourceImage source;
    const store::RbdStore store(glance_access(), k_pool);
    const auto set = [&](const char *key, const std::string &value) {
        rbd({"image-meta", "set", source.name(), key, value});
    };
    const std::string here = fmt::format("rbd://{}/{}/{}/snap", rig_fsid(), k_pool, source.id());
    const std::string edge = fmt::format("rbd://edge/{}/{}/snap", k_pool, source.id());
    Image image = published_record(source.id(), here);
    for (const auto &locations : std::vector<std::vector<std::string>>{
             {}, {here}, {"file:///x", here}, {edge, here}, {here, edge}}) {
        CAPTURE(locations);
        image.locations = locations;
        rbd_can({"image-meta", "remove", source.name(), "retouch.stage"});
        rbd_can({"image-meta", "remove", source.name(), "retouch.uploaded"});
        CHECK(store.is_published_by_us(image) == false);
        set("retouch.stage", base::random_uuid());
        CHECK(store.is_published_by_us(image) == false);
        set("retouch.stage", source.id());
        CHECK(store.is_published_by_us(image) == true);
        rbd_can({"image-meta", "remove", source.name(), "retouch.stage"});
        store.mark_uploaded(image);
        CHECK(store.is_published_by_us(image) == true);
    }
    for (const auto &locations : std::vector<std::vector<std::string>>{{"file:///x"}, {edge}}) {
        image.locations = locations;
        CHECK(store.is_published_by_us(image) == std::nullopt);
        store.mark_uploaded(image);
    }
    image.locations = {fmt::format("rbd://{}/{}/{}/snap", rig_fsid(), k_pool, base::random_uuid())};
    CHECK(store.is_published_by_us(image) == false);
}
