#include "base/process_handle.hpp"

#include "base/pidfd.hpp"
#include "base/shortage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>

namespace retouch::base {

namespace {

constexpr pid_t k_init = 1;

UniqueFd held(ProcessId id) {
    UniqueFd pidfd(open_pidfd(id.number()));
    if (!pidfd)
        throw shortage_error(fmt::format("watch process {}", id.number()), errno);
    return pidfd;
}

} // namespace

ProcessId::ProcessId(pid_t number) : number_(number) {
    if (number <= k_init)
        throw Error(ErrorKind::internal,
                    fmt::format("{} is not the number of a process of ours", number),
                    "please report it with the command that led to it");
}

ProcessHandle::ProcessHandle(ProcessId id) : ProcessHandle(id, held(id)) {}

ProcessHandle::ProcessHandle(ProcessId id, UniqueFd pidfd) : id_(id), pidfd_(std::move(pidfd)) {}

ProcessHandle ProcessHandle::another() const {
    UniqueFd copy(fcntl(pidfd_.get(), F_DUPFD_CLOEXEC, 0));
    if (!copy)
        throw shortage_error(fmt::format("watch process {}", id_.number()), errno);
    return {id_, std::move(copy)};
}

bool ProcessHandle::ended(std::chrono::milliseconds patience) const {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        pollfd waiting{pidfd_.get(), POLLIN, 0};
        if (poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0))) > 0)
            return true;
        if (left.count() <= 0)
            return false;
    }
}

void ProcessHandle::signal(int number) const {
    send_signal(pidfd_.get(), number);
}

void ProcessHandle::signal_group(int number) const {
    kill(-id_.number(), number);
}

bool process_exists(ProcessId id) {
    return kill(id.number(), 0) == 0 || errno != ESRCH;
}

} // namespace retouch::base
