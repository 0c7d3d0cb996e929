#include "base/child_start.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace retouch::base {

namespace {

bool reset_signals() {
    struct sigaction action {};

    action.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number)
        sigaction(number, &action, nullptr);
    sigset_t none;
    sigemptyset(&none);
    return sigprocmask(SIG_SETMASK, &none, nullptr) == 0;
}

void close_on_exec_from(unsigned first) {
    if (close_range(first, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
        return;
    // Kernels before 5.11 lack it.
    constexpr int k_enough = 65536;
    for (int fd = static_cast<int>(first); fd < k_enough; ++fd)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
}

} // namespace

bool ChildStart::place_descriptors() const {
    if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(err, STDERR_FILENO) < 0)
        return false;
    close_on_exec_from(STDERR_FILENO + 1);
    for (const int fd : inherited)
        if (fcntl(fd, F_SETFD, 0) != 0)
            return false;
    return true;
}

/// When the parent was gone before the wish was known, nobody fulfils it.
bool ChildStart::die_with_parent() const {
    return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent;
}

bool ChildStart::set_up() const {
    return setpgid(0, 0) == 0 && reset_signals() && place_descriptors() && die_with_parent() &&
           (!descriptors || setrlimit(RLIMIT_NOFILE, &*descriptors) == 0);
}

void ChildStart::become() const {
    if (set_up())
        execve(program, arguments, environment);
    const int code = errno;
    [[maybe_unused]] const ssize_t told = write(failure, &code, sizeof code);
    _exit(EXIT_FAILURE);
}

pid_t clone_child(const ChildStart &start, UniqueFd &pidfd) {
    int fd = -1;
    // Not fork(): it gives no pidfd, and one that is asked for later may not be had.
    const long pid = syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, nullptr, &fd, nullptr, nullptr);
    if (pid == 0)
        start.become();
    if (pid > 0)
        pidfd.reset(fd);
    return static_cast<pid_t>(pid);
}

} // namespace retouch::base
