// Flattening: the one long act of the store. librbd calls back from threads of its own, so it works
// in a thread beside the caller, who tells the progress and hears of interruptions.
// What is flattened, and whether, is not decided here.

#include "store/rbd/image_handle.hpp"

#include "base/interrupt.hpp"

#include <fmt/format.h>
#include <rbd/librbd.h>

#include <atomic>
#include <cerrno>
#include <future>

namespace retouch {

namespace {

constexpr std::chrono::milliseconds k_report_interval{100};

/// Counted in objects.
struct Flattening {
    std::atomic<std::uint64_t> done = 0;
    std::atomic<std::uint64_t> total = 0;
    std::atomic<bool> stop = false;
};

extern "C" int on_objects_done(std::uint64_t done, std::uint64_t total, void *data) {
    auto &state = *static_cast<Flattening *>(data);
    state.done = done;
    state.total = total;
    return state.stop ? -ECANCELED : 0;
}

bool wanted(const WorkProgress &progress, std::uint64_t done, std::uint64_t total) {
    return !interrupt_due() && (!progress || progress(done, total));
}

} // namespace

void ImageHandle::flatten(const WorkProgress &progress) {
    if (!parent())
        return;
    const std::uint64_t object = object_size();
    Flattening state;
    state.stop = !wanted(progress, 0, 0);
    std::future<int> work = std::async(std::launch::async, [&] {
        return rbd_flatten_with_progress(handle_, on_objects_done, &state);
    });
    while (work.wait_for(k_report_interval) != std::future_status::ready)
        if (!wanted(progress, state.done * object, state.total * object))
            state.stop = true;
    const int code = work.get();
    // EINVAL: another client has completed it meanwhile.
    if (code != -EINVAL || parent())
        check(code, "detach");
    if (progress)
        progress(state.total * object, state.total * object);
}

} // namespace retouch
