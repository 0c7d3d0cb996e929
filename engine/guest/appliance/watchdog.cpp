// One thread that sleeps in poll until a deadline, an interruption, the end of the server or a
// change of watch. It starts nothing and handles no signals itself.

#include "guest/appliance/watchdog.hpp"

#include "base/interrupt.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

constexpr int k_shielded_pause_milliseconds = 100;

} // namespace

Watchdog::Watchdog(base::ProcessHandle appliance, base::ProcessHandle server)
    : appliance_(std::move(appliance)),
      server_(std::move(server)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!wake_)
        throw base::system_error("create", "an eventfd", errno);
    sigset_t all;
    sigset_t former;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &former);
    thread_ = std::thread(&Watchdog::guard, this);
    pthread_sigmask(SIG_SETMASK, &former, nullptr);
}

Watchdog::~Watchdog() {
    stopping_ = true;
    set(std::nullopt);
    thread_.join();
}

Watchdog::Watch::Watch(Watchdog &watchdog, std::chrono::seconds limit) : watchdog_(watchdog) {
    watchdog_.set(Clock::now() + limit);
}

Watchdog::Watch::~Watch() {
    watchdog_.set(std::nullopt);
}

void Watchdog::set(std::optional<Clock::time_point> deadline) {
    const std::lock_guard lock(mutex_);
    deadline_ = deadline;
    eventfd_write(wake_.get(), 1);
}

/// Milliseconds to sleep; -1 without end. Acts when it is time to.
int Watchdog::patience() {
    const std::lock_guard lock(mutex_);
    if (!deadline_)
        return -1;
    const bool late = Clock::now() >= *deadline_;
    if (late || base::interrupt_due() || server_.ended()) {
        fired_ = fired_ || late;
        appliance_.signal(SIGKILL);
        deadline_.reset();
        return -1;
    }
    if (base::pending_interrupt() != 0)
        return k_shielded_pause_milliseconds;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline_ - Clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3600000));
}

void Watchdog::guard() {
    while (!stopping_) {
        const int wait = patience();
        const bool look_for_signals = wait > k_shielded_pause_milliseconds;
        std::array<pollfd, 3> waiting{{{wake_.get(), POLLIN, 0},
                                       {look_for_signals ? base::interrupt_fd() : -1, POLLIN, 0},
                                       {wait >= 0 ? server_.fd() : -1, POLLIN, 0}}};
        poll(waiting.data(), waiting.size(), wait);
        eventfd_t ignored = 0;
        eventfd_read(wake_.get(), &ignored);
    }
}

} // namespace retouch::guest
