// Time limits of Ceph's end a copy at any write that waits, and nobody knows whether it was done.
// So there are none; instead the copy is watched, and given up when it stands still.

#include "store/rbd/flatten.hpp"

#include "base/apart.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "store/rbd/image_handle.hpp"
#include "store/rbd/long_call.hpp"
#include "store/rbd/object_maps.hpp"

#include <fmt/format.h>

#include <atomic>
#include <cerrno>
#include <future>
#include <memory>
#include <optional>

namespace retouch::store {

namespace {

constexpr std::chrono::seconds k_no_limit{0};
constexpr std::chrono::milliseconds k_between_looks{100};
/// What is on its way when a copy is to end needs no longer where Ceph answers.
constexpr std::chrono::milliseconds k_grace{800};

/// In bytes.
struct ByteCount {
    std::atomic<std::uint64_t> done = 0;
    std::atomic<std::uint64_t> total = 0;
    std::atomic<bool> stop = false;
};

void flatten(const RbdAccess &access, const std::string &pool_name, const std::string &name,
             const WorkProgress &progress) {
    const Cluster cluster(access, k_no_limit);
    const Pool pool = cluster.pool(pool_name);
    // Whoever makes room may take days.
    const FullPoolRefusal refusal(pool);
    ImageHandle image(pool, name, ImageHandle::Access::write);
    if (image.parent()) {
        put_object_maps_aside(image);
        const int code =
            run_long_call(rbd_flatten_with_progress, image.get(), image.object_size(), progress);
        // EINVAL: another client has completed it meanwhile.
        if (code < 0 && (code != -EINVAL || image.parent()))
            throw ceph_error("detach the RBD image " + image.name(), code);
    }
    make_object_maps_again(image, progress);
    image.close();
}

using Clock = std::chrono::steady_clock;

/// Notices that what is told of does not change any more.
class Standstill {
  public:
    [[nodiscard]] bool lasts(std::uint64_t done, std::uint64_t total,
                             std::chrono::seconds patience) {
        if (done != done_ || total != total_) {
            done_ = done;
            total_ = total;
            since_ = Clock::now();
        }
        return Clock::now() - since_ > patience;
    }

  private:
    std::uint64_t done_ = 0;
    std::uint64_t total_ = 0;
    Clock::time_point since_ = Clock::now();
};

Error stands_still(const std::string &pool, const std::string &image,
                   std::chrono::seconds patience) {
    return {ErrorKind::temporary,
            fmt::format("cannot detach the RBD image {}/{}: Ceph has copied nothing for {} s",
                        base::escape(pool), base::escape(image), patience.count()),
            "'ceph -s' shows what it waits for; run the command again when it is gone"};
}

} // namespace

void flatten_image(const RbdAccess &access, const std::string &pool, const std::string &image,
                   const WorkProgress &progress, std::chrono::seconds patience) {
    const auto state = std::make_shared<ByteCount>();
    const auto work = std::make_shared<std::packaged_task<void()>>([=] {
        flatten(access, pool, image, [&state](std::uint64_t done, std::uint64_t total) {
            state->done = done;
            state->total = total;
            return !state->stop;
        });
    });
    std::future<void> end = work->get_future();
    base::start_apart([work] { (*work)(); });
    Standstill standstill;
    std::optional<Clock::time_point> stopped;
    while (end.wait_for(k_between_looks) != std::future_status::ready) {
        const bool wanted = !progress || progress(state->done, state->total);
        if (!stopped && (!wanted || base::interrupt_due())) {
            state->stop = true;
            stopped = Clock::now();
        }
        if (stopped && Clock::now() - *stopped > k_grace) {
            base::leave_behind();
            throw base::interrupt_error();
        }
        if (!stopped && standstill.lasts(state->done, state->total, patience)) {
            base::leave_behind();
            throw stands_still(pool, image, patience);
        }
    }
    end.get();
    if (progress)
        progress(state->total, state->total);
}

} // namespace retouch::store
