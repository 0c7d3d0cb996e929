#include "guest/host/launcher/process_namespace.hpp"

#include "guest/host/launcher/failure.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

/// The number of a parent in another namespace is not seen, so its end of a pipe tells of it.
void die_with_the_other_end(int pipe) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pollfd other{pipe, 0, 0};
    if (poll(&other, 1, 0) != 0)
        _exit(1);
    close(pipe);
}

/// Whoever waits for the other end of something of ours to hang up waits for the sandbox's end.
void keep_only(int file) {
    const auto kept = static_cast<unsigned>(file);
    if (kept > 3)
        syscall(SYS_close_range, 3U, kept - 1, 0U);
    syscall(SYS_close_range, kept + 1, ~0U, 0U);
}

/// Bubblewrap looks its child up by the number it has here, which is another process's, or
/// nobody's, in the /proc of whoever called.
void see_own_processes() {
    if (unshare(CLONE_NEWNS) != 0 ||
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0)
        fail("mount /proc for a PID namespace");
}

[[noreturn]] void end_as(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status)) {
        const rlimit none{0, 0};
        setrlimit(RLIMIT_CORE, &none);
        signal(WTERMSIG(status), SIG_DFL);
        raise(WTERMSIG(status));
    }
    _exit(WEXITSTATUS(status));
}

} // namespace

void enter_process_namespace() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        fail("make a pipe");
    if (unshare(CLONE_NEWPID) != 0)
        fail("make a PID namespace");
    const pid_t child = fork();
    if (child < 0)
        fail("start a process");
    if (child != 0) {
        keep_only(ends[1]);
        end_as(child);
    }
    close(ends[1]);
    die_with_the_other_end(ends[0]);
    see_own_processes();
}

} // namespace retouch::guest
