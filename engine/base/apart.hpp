#pragma once
// Apart: a call that nothing can stop, made in a thread of its own, which is left behind when a
// signal comes. For what waits or works in this process; one that waits for a disk would hold up
// the end of the process all the same, which is sync_file.hpp's matter.

#include "base/interrupt.hpp"

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <utility>

namespace retouch::base {

/// Starts `act`, which must not throw, in a thread that hears of no signals. Throws Error:
/// unavailable.
void start_apart(std::function<void()> act);

/// To be called when such a thread is no more waited for.
void leave_behind() noexcept;

/// True once one was left behind. Then the process must end without tearing down what all of it
/// uses: by _exit().
[[nodiscard]] bool is_any_left_behind() noexcept;

/// What `act` returns or throws. It must own all it uses, and that is let go of before this
/// returns. Throws Error: interrupted, as soon as an interruption is due, and `act` goes on.
template<typename Result>
Result call_apart(std::function<Result()> act) {
    constexpr std::chrono::milliseconds between_looks{50};
    const auto task = std::make_shared<std::packaged_task<Result()>>(
        [act = std::move(act)]() mutable { return std::exchange(act, nullptr)(); });
    std::future<Result> result = task->get_future();
    start_apart([task] { (*task)(); });
    while (result.wait_for(between_looks) != std::future_status::ready)
        if (interrupt_due()) {
            leave_behind();
            throw interrupt_error();
        }
    return result.get();
}

} // namespace retouch::base
