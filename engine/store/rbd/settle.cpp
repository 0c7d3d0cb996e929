// settle: one callback of RADOS and one of RBD, which Ceph runs side by side, wait for each other.

#include "store/rbd/settle.hpp"

#include "store/rbd/librados.hpp"
#include "store/rbd/librbd.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace retouch::store {

namespace {

constexpr std::chrono::seconds k_longest_wait{1};

/// Where two threads wait for each other; one that is not coming is excused.
class MeetingPoint {
  public:
    void arrive(bool wait) {
        std::unique_lock lock(mutex_);
        ++arrived_;
        changed_.notify_all();
        if (wait)
            changed_.wait_for(lock, k_longest_wait, [&] { return arrived_ == 2; });
    }

    void await_first() {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, k_longest_wait, [&] { return arrived_ > 0; });
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int arrived_ = 0;
};

void meet(void * /*completion*/, void *point) {
    static_cast<MeetingPoint *>(point)->arrive(true);
}

} // namespace

void settle(void *pool, void *image) noexcept {
    MeetingPoint point;
    rados_completion_t of_rados = nullptr;
    rbd_completion_t of_rbd = nullptr;
    if (rados_aio_create_completion2(&point, &meet, &of_rados) != 0)
        return;
    if (rbd_aio_create_completion(&point, &meet, &of_rbd) == 0) {
        // RBD's goes first: it is not called back while one of RADOS is in its callback.
        const bool first = rbd_aio_flush(image, of_rbd) == 0;
        if (first)
            point.await_first();
        const bool second = first && rados_aio_flush_async(pool, of_rados) == 0;
        if (!second)
            point.arrive(false);
        // Both return when the callback has, so that the meeting point outlives them.
        if (second)
            rados_aio_wait_for_complete_and_cb(of_rados);
        if (first)
            rbd_aio_wait_for_complete(of_rbd);
        rbd_aio_release(of_rbd);
    }
    rados_aio_release(of_rados);
}

} // namespace retouch::store
