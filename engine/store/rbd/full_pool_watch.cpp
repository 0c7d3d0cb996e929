#include "store/rbd/full_pool_watch.hpp"

#include "base/clock.hpp"
#include "base/text.hpp"
#include "store/rbd/cluster.hpp"
#include "store/rbd/image_handle.hpp"

#include <fmt/format.h>

#include <optional>

namespace retouch::store {

namespace {

/// Looks at the pool of a disk and, where it is known whose data has one of its own, at that.
class PoolLook {
  public:
    explicit PoolLook(const RbdDisk &disk) : cluster_(disk.access) {
        const Pool pool = cluster_.pool(disk.pool);
        pool_ = pool.id();
        data_pool_ = pool_;
        if (!disk.image.empty())
            data_pool_ = ImageHandle(pool, disk.image, ImageHandle::Access::read).data_pool_id();
    }

    [[nodiscard]] bool is_full() const {
        return cluster_.is_full(pool_) || (data_pool_ != pool_ && cluster_.is_full(data_pool_));
    }

  private:
    Cluster cluster_;
    std::int64_t pool_ = -1;
    std::int64_t data_pool_ = -1;
};

} // namespace

FullPoolWatch::FullPoolWatch(RbdDisk disk, std::function<void()> give_up,
                             std::chrono::seconds patience, std::chrono::seconds interval)
    : disk_(std::move(disk)),
      give_up_(std::move(give_up)),
      patience_(patience),
      interval_(interval),
      thread_([this](const std::stop_token &stop) { watch(stop); }) {}

FullPoolWatch::~FullPoolWatch() {
    thread_.request_stop();
    thread_.join();
}

void FullPoolWatch::watch(const std::stop_token &stop) {
    std::optional<PoolLook> look;
    const auto is_full = [&] {
        try {
            if (!look)
                look.emplace(disk_);
            return look->is_full();
        } catch (const Error &) {
            return false; // a cluster that does not answer is not a full one
        }
    };
    base::Stopwatch full_for;
    std::unique_lock guard(mutex_);
    for (;;) {
        wake_.wait_for(guard, stop, interval_, [] { return false; });
        if (stop.stop_requested())
            return;
        if (!is_full())
            full_for = base::Stopwatch();
        else if (full_for.seconds() > static_cast<double>(patience_.count()))
            break;
    }
    gave_up_ = true;
    give_up_();
}

void FullPoolWatch::require_patience() const {
    if (gave_up_)
        throw Error(
            ErrorKind::temporary,
            fmt::format("the Ceph pool '{}' takes no more data, and nobody made room for {} "
                        "s",
                        base::escape(disk_.pool), patience_.count()),
            "free space in the pool or raise its quota ('ceph df' shows both), and run the "
            "command again");
}

} // namespace retouch::store
