#include "base/apart.hpp"

#include "base/blocked_signals.hpp"

#include <atomic>
#include <fmt/format.h>
#include <system_error>
#include <thread>

namespace retouch::base {

namespace {

std::atomic<bool> is_left_behind = false;

} // namespace

void start_apart(std::function<void()> act) {
    try {
        const BlockedSignals blocked;
        std::thread(std::move(act)).detach();
    } catch (const std::system_error &error) {
        throw Error(ErrorKind::unavailable,
                    fmt::format("cannot start a thread: {}", error.code().message()));
    }
}

void leave_behind() noexcept {
    is_left_behind = true;
}

bool is_any_left_behind() noexcept {
    return is_left_behind;
}

} // namespace retouch::base
