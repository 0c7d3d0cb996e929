// The child shares the open file with us, so the kernel reports to it what it would have reported
// to us. It makes only calls that take no lock, as after any fork of a program with threads.

#include "base/sync_file.hpp"

#include "base/blocked_signals.hpp"
#include "base/file.hpp"
#include "base/interrupt.hpp"
#include "base/waiting.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace retouch::base {

namespace {

constexpr std::chrono::milliseconds k_moment{500};
constexpr std::chrono::milliseconds k_patience = k_moment / 5; ///< with one that was killed

/// A lock, or a pipe somebody reads to its end, must not be held by who is left behind.
void close_all_but(int fd) {
    const auto kept = static_cast<unsigned>(fd);
    const bool closed =
        (kept == 0 || close_range(0, kept - 1, 0) == 0) && close_range(kept + 1, ~0U, 0) == 0;
    // Kernels before 5.9 lack it.
    constexpr int k_enough = 65536;
    for (int other = 0; !closed && other < k_enough; ++other)
        if (other != fd)
            close(other);
}

/// 0, or the errno of what went wrong.
using Act = int (*)(int fd);

int sync_all(int fd) {
    return fsync(fd) == 0 ? 0 : errno;
}

int start_writing(int fd) {
    return sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE) == 0 ? 0 : errno;
}

int give_back(int fd) {
    return ftruncate(fd, 0) == 0 ? 0 : errno;
}

[[noreturn]] void act_and_exit(Act act, int fd, pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EINTR);
    close_all_but(fd);
    _exit(act(fd));
}

/// nullopt when there is no process to be had.
std::optional<ProcessHandle> start_process(Act act, int fd) {
    const pid_t parent = getpid();
    int pidfd = -1;
    const BlockedSignals blocked; // and the child keeps them so
    const long pid = syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, nullptr, &pidfd, nullptr, nullptr);
    if (pid == 0)
        act_and_exit(act, fd, parent);
    if (pid < 0)
        return std::nullopt;
    return ProcessHandle(ProcessId(static_cast<pid_t>(pid)), UniqueFd(pidfd));
}

/// The errno with which it ended, 0 for success; nullopt when it was killed.
std::optional<int> reaped(const ProcessHandle &child) {
    int status = 0;
    while (waitpid(child.id().number(), &status, 0) < 0)
        if (errno != EINTR)
            return std::nullopt;
    return WIFEXITED(status) ? std::optional(WEXITSTATUS(status)) : std::nullopt;
}

bool ends_in_time(const ProcessHandle &child) {
    if (interrupt_due())
        return child.ended(k_moment);
    try {
        return wait_for_events(child.fd(), POLLIN);
    } catch (const Error &) {
        return false;
    }
}

void leave(const ProcessHandle &child, std::chrono::milliseconds patience) {
    child.signal(SIGKILL);
    if (child.ended(patience))
        static_cast<void>(reaped(child));
}

/// The errno of fsync, or 0.
int synced(int fd) {
    if (const std::optional<ProcessHandle> child = start_process(&sync_all, fd)) {
        if (!ends_in_time(*child)) {
            leave(*child, k_patience);
            throw interrupt_error();
        }
        if (const std::optional<int> code = reaped(*child))
            return *code;
    }
    return sync_all(fd);
}

} // namespace

void sync_file(int fd, const std::filesystem::path &path) {
    if (const int code = synced(fd))
        throw system_error("write", path, code);
}

void close_apart(UniqueFd removed) noexcept {
    static_cast<void>(start_process(&give_back, removed.get()));
}

WriteOut::WriteOut(int fd) noexcept : process_(start_process(&start_writing, fd)) {}

WriteOut::WriteOut(WriteOut &&other) noexcept : process_(std::exchange(other.process_, {})) {}

WriteOut::~WriteOut() {
    // While it lives, so does a lock on the file.
    if (process_)
        leave(*process_, k_patience);
}

} // namespace retouch::base
