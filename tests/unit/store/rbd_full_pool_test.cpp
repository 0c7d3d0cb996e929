// A pool that takes no more data: who writes there is given up after a while, and what is ours
// there can be removed all the same.

#include "store/rbd/full_pool_watch.hpp"

#include "store/rbd/rados_lock.hpp"
#include "store/rbd/rbd_store.hpp"
#include "unit/store/rbd_rig.hpp"

#include <atomic>

#include <thread>

using namespace retouch;
using namespace retouch::test;

namespace {

/// A pool of its own that can be filled by a quota; gone with this object.
class SmallPool {
  public:
    SmallPool() {
        REQUIRE(ceph_tool("ceph", {"osd", "pool", "create", name_, "8"}).ok());
        rbd({"pool", "init", name_});
        // A pool where images were removed before, as all that are used.
        rbd({"create", "--size", "1M", name_ + "/first"});
        rbd({"rm", "--no-progress", name_ + "/first"});
    }

    ~SmallPool() {
        ceph_tool("ceph", {"osd", "pool", "rm", name_, name_, "--yes-i-really-really-mean-it"});
    }

    SmallPool(const SmallPool &) = delete;
    SmallPool &operator=(const SmallPool &) = delete;

    [[nodiscard]] const std::string &name() const { return name_; }

    void fill() const {
        const Scratch scratch;
        const auto file = make_file(scratch / "bytes", k_mib, {{0, noise(k_mib)}});
        REQUIRE(ceph_tool("rados", {"-p", name_, "put", "something", file.string()}).ok());
        REQUIRE(ceph_tool("ceph", {"osd", "pool", "set-quota", name_, "max_bytes", "100000"}).ok());
        const store::Cluster cluster(admin_access());
        const std::int64_t id = cluster.pool(name_).id();
        for (int tries = 0; !cluster.is_full(id); ++tries) {
            REQUIRE(tries < 300);
            std::this_thread::sleep_for(std::chrono::milliseconds(200));
        }
    }

  private:
    std::string name_ = "test-full-" + base::random_uuid().substr(0, 8);
};

} // namespace

TEST_CASE("full pool: who watches it gives up once, after a while, and says why", "[rig]") {
    if (skipped_without_rig())
        return;
    const SourceImage source;
    const SmallPool pool;
    store::RbdStore store(admin_access(), k_pool, store::k_chain_limit, pool.name());
    auto stage = store.rehearsal_stage(source.record(), base::random_uuid());
    std::atomic<int> given_up = 0;
    const store::FullPoolWatch watch(
        *stage->disk().rbd(), [&] { ++given_up; }, std::chrono::seconds(2),
        std::chrono::seconds(1));
    std::this_thread::sleep_for(std::chrono::seconds(4));
    CHECK(given_up == 0);
    CHECK_NOTHROW(watch.require_patience());
    pool.fill();
    std::this_thread::sleep_for(std::chrono::seconds(6));
    CHECK(given_up == 1);
    CHECK_THROWS_WITH(watch.require_patience(),
                      fmt::format("the Ceph pool '{}' takes no more data, and nobody made room for "
                                  "2 s",
                                  pool.name()));

    try {
        const store::RadosLock lock(admin_access(), pool.name(), "name", "run");
        FAIL("locked in a full pool");
    } catch (const Error &error) {
        CHECK(error.kind() == ErrorKind::temporary);
        CHECK_THAT(error.what(), Catch::EndsWith(", as the pool is full: Disk quota exceeded"));
    }
    // A stage takes no room to be removed, and a new one is refused, not waited for.
    stage.reset();
    CHECK(rbd({"ls", pool.name()}) == "");
    try {
        static_cast<void>(store.rehearsal_stage(source.record(), base::random_uuid()));
        FAIL("staged in a full pool");
    } catch (const Error &error) {
        CHECK(error.kind() == ErrorKind::temporary);
        CHECK(error.what() ==
              fmt::format("cannot write to the Ceph pool '{}': Disk quota exceeded", pool.name()));
    }
    CHECK(our_objects(pool.name()) == "");
}
