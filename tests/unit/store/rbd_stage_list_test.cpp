// Stages nobody remembers: which are called abandoned, and how they are found in a pool.

#include "store/rbd/librados.hpp"
#include "store/rbd/librbd.hpp"
#include "store/rbd/stage_list.hpp"

#include "base/clock.hpp"
#include "base/host_name.hpp"
#include "base/process_space.hpp"
#include "store/rbd/image_handle.hpp"
#include "store/rbd/marks.hpp"
#include "store/rbd/pool_images.hpp"
#include "store/rbd/rbd_store.hpp"
#include "unit/store/rbd_rig.hpp"

#include <csignal>

#include <unistd.h>

using namespace retouch;
using namespace retouch::test;

namespace {

constexpr std::chrono::hours k_day{24};

/// The id of a process that has ended.
std::string dead_process() {
    base::ProcessSpec spec;
    spec.program = "sh";
    spec.arguments = {"-c", "echo $$"};
    return std::string(base::trim(base::run_checked(spec, "run a shell").out));
}

store::FoundStage made(std::chrono::seconds ago) {
    return {.id = "id", .name = "images/x", .created = base::utc_in(-ago)};
}

} // namespace

TEST_CASE("abandoned stages: a young one may be under work, one of yesterday is not") {
    CHECK_FALSE(store::is_abandoned(made(std::chrono::hours(23)), k_day));
    CHECK(store::is_abandoned(made(std::chrono::hours(25)), k_day));
}

TEST_CASE("abandoned stages: a process of this host that is dead works on nothing") {
    store::FoundStage stage = made(std::chrono::minutes(1));
    stage.space = base::process_space();
    stage.pid = std::to_string(getpid());
    CHECK_FALSE(store::is_abandoned(stage, k_day));
    stage.pid = dead_process();
    CHECK(store::is_abandoned(stage, k_day));
    stage.space = "another";
    CHECK_FALSE(store::is_abandoned(stage, k_day));
    stage.space = base::process_space();
    for (const char *odd : {"", "0", "-1", "1x", "99999999999999999999"}) {
        stage.pid = odd;
        CHECK_FALSE(store::is_abandoned(stage, k_day));
    }
}

TEST_CASE("abandoned stages: what was kept on purpose has a day after its time") {
    store::FoundStage stage = made(k_day * 30);
    stage.space = base::process_space();
    stage.pid = dead_process();
    stage.until = base::utc_in(k_day);
    CHECK_FALSE(store::is_abandoned(stage, k_day));
    stage.until = base::utc_in(-k_day / 2);
    CHECK_FALSE(store::is_abandoned(stage, k_day));
    stage.until = base::utc_in(-k_day * 2);
    CHECK(store::is_abandoned(stage, k_day));
}

TEST_CASE("abandoned stages: found by their name, and only those of dead runs", "[rig]") {
    if (skipped_without_rig())
        return;
    const SourceImage source;
    store::RbdStore store(glance_access(), k_pool);
    const std::string id = base::random_uuid();
    const auto stage = store.stage(source.record(), id, LineagePolicy::detach);
    const std::string name = fmt::format("{}/retouch-stage-{}", k_pool, id);
    const std::string others = fmt::format("{}/retouch-stage-of-somebody", k_pool);
    rbd({"create", "--size", "1M", others});

    const auto found = store::list_stages(store.cluster().pool(k_pool));
    REQUIRE(found.size() == 1);
    CHECK(found.front().created > base::utc_in(-std::chrono::minutes(5)));
    CHECK(found.front() == store::FoundStage{.id = id,
                                             .name = name,
                                             .created = found.front().created,
                                             .host = base::host_name(),
                                             .space = base::process_space(),
                                             .pid = std::to_string(getpid())});
    CHECK(store.abandoned_stages().empty());
    rbd({"image-meta", "set", name, "retouch.pid", dead_process()});
    const auto abandoned = store.abandoned_stages();
    rbd({"rm", "--no-progress", others});
    REQUIRE(abandoned.size() == 1);
    CHECK(abandoned.front().name == name);
}

TEST_CASE("abandoned stages: one whose run died before librbd had made its header", "[rig]") {
    if (skipped_without_rig())
        return;
    const store::Cluster cluster(glance_access());
    const store::Pool pool = cluster.pool(k_pool);
    for (const std::string &name : {store::rbd_marks::stage_name(base::random_uuid()),
                                    store::rbd_marks::probe_name(base::random_uuid())}) {
        rbd({"create", "--size", "1M", std::string(k_pool) + '/' + name});
        std::string id(64, '\0');
        {
            const store::ImageHandle image(pool, name, store::ImageHandle::Access::read);
            REQUIRE(retouch::store::rbd_get_id(image.get(), id.data(), id.size()) == 0);
            id.resize(id.find('\0'));
        }
        REQUIRE(retouch::store::rados_remove(pool.get(), ("rbd_header." + id).c_str()) == 0);
    }

    const auto stages = store::list_stages(pool);
    const auto probes = store::list_probes(pool);
    REQUIRE(stages.size() == 1);
    REQUIRE(probes.size() == 1);
    for (const store::FoundStage &half : {stages.front(), probes.front()}) {
        CHECK(half.created > base::utc_in(-std::chrono::minutes(5)));
        CHECK(half.pid.empty());
        CHECK(half.half_made);
        CHECK_FALSE(store::is_abandoned(half, std::chrono::minutes(10)));
        rbd({"rm", "--no-progress", half.name});
    }
    CHECK(store::list_stages(pool).empty());
    CHECK(store::list_probes(pool).empty());
}

TEST_CASE("abandoned stages: those a pool keeps in its trash are told of", "[rig]") {
    if (skipped_without_rig())
        return;
    const store::Cluster cluster(glance_access());
    const std::string stage = store::rbd_marks::stage_name(base::random_uuid());
    const std::string others = base::random_uuid();
    for (const std::string &name : {stage, others}) {
        rbd({"create", "--size", "1M", fmt::format("{}/{}", k_pool, name)});
        rbd({"trash", "mv", fmt::format("{}/{}", k_pool, name)});
    }
    const auto trashed = store::list_trashed(cluster.pool(k_pool));
    for (const auto &image : store::trashed_images(cluster.pool(k_pool)))
        rbd({"trash", "rm", "--no-progress", fmt::format("{}/{}", k_pool, image.id)});
    REQUIRE(trashed.size() == 1);
    CHECK(trashed.front().name == fmt::format("{}/{}", k_pool, stage));
    CHECK(trashed.front().created > base::utc_in(-std::chrono::minutes(5)));
    CHECK(store::list_trashed(cluster.pool(k_pool)).empty());
}
