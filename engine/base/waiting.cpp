// Waiting: poll on what is waited for and on the signals' descriptor, which stays readable once a
// signal came. Behind a shield that descriptor is left out, and the shield looked at now and then.

#include "base/waiting.hpp"

#include "base/interrupt.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <poll.h>
#include <thread>

namespace retouch {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds k_shield_check{100};

/// At most `left`; rounded up, so that nobody polls with 0 until a fraction has passed.
timespec until(Clock::duration left) {
    const auto nanoseconds = std::max<std::int64_t>(0, std::chrono::nanoseconds(left).count());
    return {nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
}

/// True when `fd` is ready; false when the time ran out or an interruption is due.
bool poll_until(int fd, short events, std::optional<Clock::time_point> deadline) noexcept {
    while (!interrupt_due()) {
        const bool shielded = pending_interrupt() != 0;
        std::optional<Clock::duration> left;
        if (deadline)
            left = *deadline - Clock::now();
        if (shielded)
            left = std::min(left.value_or(k_shield_check), Clock::duration(k_shield_check));
        std::array<pollfd, 2> waiting = {
            {{fd, events, 0}, {shielded ? -1 : interrupt_fd(), POLLIN, 0}}};
        const timespec limit = until(left.value_or(Clock::duration::zero()));
        const int ready = ppoll(waiting.data(), waiting.size(), left ? &limit : nullptr, nullptr);
        if (ready > 0 && waiting[0].revents != 0)
            return true;
        if (deadline && Clock::now() >= *deadline)
            return false;
    }
    return false;
}

} // namespace

bool wait_for_events(int fd, short events, std::optional<milliseconds> limit) {
    check_interrupt();
    std::optional<Clock::time_point> deadline;
    if (limit)
        deadline = Clock::now() + *limit;
    const bool ready = poll_until(fd, events, deadline);
    if (!ready)
        check_interrupt();
    return ready;
}

bool ready_within(int fd, short events, milliseconds limit) noexcept {
    return poll_until(fd, events, Clock::now() + limit);
}

bool time_passes(std::chrono::microseconds time) noexcept {
    poll_until(-1, 0, Clock::now() + time);
    return !interrupt_due();
}

void pause_for(std::chrono::microseconds time) {
    if (!time_passes(time))
        throw interrupt_error();
}

void pause_regardless(std::chrono::microseconds time) noexcept {
    std::this_thread::sleep_for(time);
}

} // namespace retouch
