#include "base/interruption_watch.hpp"

#include "base/blocked_signals.hpp"
#include "base/interrupt.hpp"
#include "base/shortage.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sys/eventfd.h>

namespace retouch::base {

namespace {

constexpr std::chrono::milliseconds k_shielded_pause{100};
constexpr std::chrono::milliseconds k_long{60000};

} // namespace

InterruptionWatch::InterruptionWatch(Act act)
    : act_(std::move(act)), stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!stop_)
        throw shortage_error("create an eventfd", errno);
    const BlockedSignals blocked;
    thread_ = std::thread(&InterruptionWatch::watch, this);
}

InterruptionWatch::~InterruptionWatch() {
    eventfd_write(stop_.get(), 1);
    thread_.join();
}

bool InterruptionWatch::ended_within(std::chrono::milliseconds time) const {
    pollfd waiting{stop_.get(), POLLIN, 0};
    return poll(&waiting, 1, static_cast<int>(time.count())) > 0;
}

/// False when this is to end first.
bool InterruptionWatch::await_interruption() const {
    while (!interrupt_due()) {
        // Behind a shield the signal's descriptor is readable already.
        const bool signalled = pending_interrupt() != 0;
        std::array<pollfd, 2> waiting{
            {{stop_.get(), POLLIN, 0}, {signalled ? -1 : interrupt_fd(), POLLIN, 0}}};
        poll(waiting.data(), waiting.size(),
             static_cast<int>((signalled ? k_shielded_pause : k_long).count()));
        if (waiting[0].revents != 0)
            return false;
    }
    return true;
}

void InterruptionWatch::watch() {
    if (await_interruption())
        act_(*this);
}

} // namespace retouch::base
