// Waiting: poll on what is waited for and on the signals' descriptor, which stays readable once a
// signal came. Behind a shield that descriptor is left out, and the shield looked at now and then.

#include "base/waiting.hpp"

#include "base/file.hpp"
#include "base/interrupt.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace retouch::base {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds k_shield_check{100};
constexpr std::size_t k_piece = std::size_t{1024} * 1024;

bool is_regular(int fd) {
    struct stat info {};

    return fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

/// At most `left`; rounded up, so that nobody polls with 0 until a fraction has passed.
timespec until(Clock::duration left) {
    const auto nanoseconds = std::max<std::int64_t>(0, std::chrono::nanoseconds(left).count());
    return {nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
}

/// True when `fd` is ready; false when the time ran out, an interruption is due, or a lifeline has
/// ended.
bool poll_until(int fd, short events, std::optional<Clock::time_point> deadline,
                std::span<const int> lifelines = {}) noexcept {
    constexpr std::size_t before_them = 2;
    assert(lifelines.size() <= k_most_lifelines);
    while (!interrupt_due()) {
        const bool shielded = pending_interrupt() != 0;
        std::optional<Clock::duration> left;
        if (deadline)
            left = *deadline - Clock::now();
        if (shielded)
            left = std::min(left.value_or(k_shield_check), Clock::duration(k_shield_check));
        std::array<pollfd, before_them + k_most_lifelines> waiting = {
            {{fd, events, 0}, {shielded ? -1 : interrupt_fd(), POLLIN, 0}}};
        const auto end =
            std::ranges::transform(lifelines, waiting.begin() + before_them, [](int lifeline) {
                return pollfd{lifeline, POLLIN, 0};
            }).out;
        const auto count = static_cast<nfds_t>(end - waiting.begin());
        const timespec limit = until(left.value_or(Clock::duration::zero()));
        const int ready = ppoll(waiting.data(), count, left ? &limit : nullptr, nullptr);
        if (ready > 0 && waiting[0].revents != 0)
            return true;
        if (ready > 0 && std::any_of(waiting.begin() + before_them, end,
                                     [](const pollfd &one) { return one.revents != 0; }))
            return false;
        if (deadline && Clock::now() >= *deadline)
            return false;
    }
    return false;
}

} // namespace

bool wait_for_events(int fd, short events, std::optional<milliseconds> limit) {
    return wait_for_events_unless(fd, events, {}, limit);
}

bool wait_for_events_unless(int fd, short events, std::span<const int> lifelines,
                            std::optional<milliseconds> limit) {
    check_interrupt();
    std::optional<Clock::time_point> deadline;
    if (limit)
        deadline = Clock::now() + *limit;
    const bool ready = poll_until(fd, events, deadline, lifelines);
    if (!ready)
        check_interrupt();
    return ready;
}

bool ready_within(int fd, short events, milliseconds limit) noexcept {
    return poll_until(fd, events, Clock::now() + limit);
}

ssize_t write_ready(int fd, std::string_view bytes) noexcept {
    const bool waits = !is_regular(fd);
    if (waits) {
        pollfd room{fd, POLLOUT, 0};
        if (poll(&room, 1, 0) == 0)
            return 0;
    }
    // What poll found room for in a pipe; more could wait again.
    const ssize_t written =
        write(fd, bytes.data(), std::min<std::size_t>(bytes.size(), waits ? PIPE_BUF : k_piece));
    if (written >= 0)
        return written;
    return errno == EINTR || errno == EAGAIN ? 0 : -errno;
}

bool lock_within(int fd, int operation, const std::filesystem::path &path, milliseconds patience) {
    constexpr milliseconds k_pause{20};
    const auto deadline = Clock::now() + patience;
    while (flock(fd, operation | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            throw system_error("lock", path, errno);
        if (Clock::now() >= deadline)
            return false;
        pause_for(k_pause);
    }
    return true;
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

} // namespace retouch::base
