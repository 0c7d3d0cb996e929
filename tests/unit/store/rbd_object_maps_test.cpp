// Object maps that are put aside and made again, while others work on the image.

#include "retouch/json.hpp"
#include "store/rbd/image_handle.hpp"
#include "store/rbd/object_maps.hpp"
#include "unit/store/rbd_rig.hpp"

#include <atomic>
#include <thread>

using namespace retouch;
using namespace retouch::test;

TEST_CASE("rbd object maps: snapshots that somebody deletes meanwhile are no obstacle", "[rig]") {
    if (skipped_without_rig())
        return;
    const SourceImage source;
    constexpr int k_snapshots = 25;
    const auto snapshot = [&](int number) { return fmt::format("{}@s{}", source.name(), number); };
    for (int number = 0; number < k_snapshots; ++number)
        rbd({"snap", "create", "--no-progress", snapshot(number)});
    const std::string before = rbd({"info", "--format", "json", source.name()});
    std::atomic<bool> all_deleted = false;
    std::atomic<int> failed = 0;
    std::thread somebody([&] {
        for (int number = 0; number < k_snapshots; ++number)
            failed += rbd_can({"snap", "rm", "--no-progress", snapshot(number)}) ? 0 : 1;
        all_deleted = true;
    });
    int rounds = 0;
    std::string error;
    try {
        while (!all_deleted) {
            const store::Cluster cluster(glance_access());
            const store::Pool pool = cluster.pool(k_pool);
            store::ImageHandle image(pool, source.id(), store::ImageHandle::Access::write);
            store::put_object_maps_aside(image);
            store::make_object_maps_again(image, {});
            image.close();
            ++rounds;
        }
    } catch (const std::exception &thrown) {
        error = thrown.what();
    }
    somebody.join();
    CAPTURE(rounds);
    CHECK(error == "");
    CHECK(failed == 0);
    const auto without_times = [](const std::string &text) {
        Json info = Json::parse(text);
        for (const char *name : {"access_timestamp", "modify_timestamp", "snapshot_count"})
            info.erase(name);
        return info;
    };
    CHECK(without_times(rbd({"info", "--format", "json", source.name()})) == without_times(before));
}
