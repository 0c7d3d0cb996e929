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

namespace retouch {

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
    handle(SIGPIPE, SIG_IGN);
    for (const int number : {SIGINT, SIGTERM, SIGHUP})
        handle(number, on_signal);
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

} // namespace retouch
