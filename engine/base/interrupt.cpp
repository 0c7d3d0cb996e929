// Interruption: the handlers and the flag behind interrupt.hpp.
// A handler may only touch a lock-free flag and write to an eventfd, so that is all it does.
// What follows from the flag is decided where work checks it.

#include "base/interrupt.hpp"

#include "base/file.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <sys/eventfd.h>
#include <unistd.h>
#include <vector>

namespace retouch::base {

namespace {

// A signal handler can reach nothing but static storage.
std::atomic<int> pending_signal = 0;
std::atomic<int> wake_fd = -1;
std::atomic<int> shields = 0;
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void on_signal(int number) {
    const int saved = errno;
    int none = 0;
    pending_signal.compare_exchange_strong(none, number);
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(wake_fd.load(), &one, sizeof one);
    errno = saved;
}

void handle(int number, void (*handler)(int)) {
    struct sigaction action {};

    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    // No SA_RESTART: a blocking call should return and let the flag be seen.
    if (sigaction(number, &action, nullptr) != 0)
        throw system_error("handle", "signals", errno);
}

/// What whoever started us has ignored stays so: `nohup`, and a shell's jobs in the background.
bool is_ignored(int number) {
    struct sigaction action {};

    return sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

/// A mask is inherited, too, and would keep them from us for ever.
void unblock(const std::vector<int> &numbers) {
    sigset_t wanted;
    sigemptyset(&wanted);
    for (const int number : numbers)
        sigaddset(&wanted, number);
    if (const int code = pthread_sigmask(SIG_UNBLOCK, &wanted, nullptr); code != 0)
        throw system_error("handle", "signals", code);
}

const char *name_of(int number) {
    switch (number) {
    case SIGINT:
        return "SIGINT";
    case SIGTERM:
        return "SIGTERM";
    default:
        return "SIGHUP";
    }
}

} // namespace

void install_interrupt_handlers() {
    if (wake_fd.load() < 0) {
        const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (fd < 0)
            throw system_error("create", "an eventfd", errno);
        wake_fd = fd;
    }
    // A reader that is gone and a file that may not get larger are errors of a write like others.
    handle(SIGPIPE, SIG_IGN);
    handle(SIGXFSZ, SIG_IGN);
    for (const int number : {SIGINT, SIGHUP})
        if (!is_ignored(number))
            handle(number, on_signal);
    handle(SIGTERM, on_signal);
    unblock({SIGINT, SIGTERM, SIGHUP});
}

int pending_interrupt() noexcept {
    return pending_signal.load();
}

int interrupt_fd() noexcept {
    return wake_fd.load();
}

bool interrupt_due() noexcept {
    return pending_signal.load() != 0 && shields.load() == 0;
}

Error interrupt_error() {
    return {ErrorKind::interrupted, std::string("interrupted by ") + name_of(pending_interrupt())};
}

void check_interrupt() {
    if (interrupt_due())
        throw interrupt_error();
}

InterruptShield::InterruptShield() noexcept {
    ++shields;
}

InterruptShield::~InterruptShield() {
    --shields;
}

} // namespace retouch::base
