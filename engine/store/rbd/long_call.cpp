#include "store/rbd/long_call.hpp"

#include "base/interrupt.hpp"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <future>

namespace retouch::store {

namespace {

constexpr std::chrono::milliseconds k_report_interval{100};

/// Counted in objects.
struct Advance {
    std::atomic<std::uint64_t> done = 0;
    std::atomic<std::uint64_t> total = 0;
    std::atomic<bool> stop = false;
};

extern "C" int on_objects_done(std::uint64_t done, std::uint64_t total, void *data) {
    auto &state = *static_cast<Advance *>(data);
    state.done = done;
    state.total = total;
    return state.stop ? -ECANCELED : 0;
}

bool wanted(const WorkProgress &progress, std::uint64_t done, std::uint64_t total) {
    return !base::interrupt_due() && (!progress || progress(done, total));
}

} // namespace

int run_long_call(LongCall call, rbd_image_t image, std::uint64_t object_size,
                  const WorkProgress &progress) {
    Advance state;
    state.stop = !wanted(progress, 0, 0);
    std::future<int> work =
        std::async(std::launch::async, [&] { return call(image, on_objects_done, &state); });
    while (work.wait_for(k_report_interval) != std::future_status::ready)
        if (!wanted(progress, state.done * object_size, state.total * object_size))
            state.stop = true;
    const int code = work.get();
    if (code == 0 && progress)
        progress(state.total * object_size, state.total * object_size);
    return code;
}

} // namespace retouch::store
