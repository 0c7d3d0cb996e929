// Root of its user namespace, over mounts that are locked because they came from outside of it. It
// is not the guest's to look into: its memory belongs to the runner.

#include "guest/appliance/runner/command_process.hpp"

#include "guest/appliance/runner/guest_mounts.hpp"
#include "guest/appliance/runner/notice.hpp"
#include "guest/host/launcher/routes.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

/// Must come before the guest is entered, whose /proc/sys is read-only.
bool forbid_more_user_namespaces() {
    const int file = open("/proc/sys/user/max_user_namespaces", O_WRONLY | O_CLOEXEC);
    const bool written = file >= 0 && write(file, "0", 1) == 1;
    close(file);
    return written;
}

bool become_root() {
    return setgroups(0, nullptr) == 0 && setresgid(0, 0, 0) == 0 && setresuid(0, 0, 0) == 0 &&
           prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 &&
           prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0;
}

/// An appliance without keyrings has none to share.
bool leave_keyring() {
    return syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr) >= 0 || errno == ENOSYS;
}

/// What could not be done, nullptr when all could.
const char *settle(const Job &job) {
    if (!become_root())
        return "become root of the guest";
    if (!leave_keyring())
        return "leave the session keyring";
    if (!forbid_more_user_namespaces())
        return "forbid user namespaces";
    if (unshare(CLONE_NEWNS | CLONE_NEWCGROUP) != 0)
        return "make a mount namespace";
    if (!enter_guest())
        return "enter the guest";
    if (sethostname(job.hostname.c_str(), job.hostname.size()) != 0)
        return "set the host name";
    if (!job.network && !bring_loopback_up())
        return "bring the loopback interface up";
    return nullptr;
}

} // namespace

void be_first_process(Job &job, const Pipes &pipes) {
    const int notices = pipes.notices[1];
    char byte = 0;
    close(pipes.go[1]);
    if (read(pipes.go[0], &byte, 1) != 1)
        _exit(0); // the runner has given up
    close(pipes.go[0]);
    if (const char *problem = settle(job); problem != nullptr) {
        tell(notices, Notice::Kind::failed, errno, problem);
        _exit(0);
    }
    const pid_t command = fork();
    if (command == 0)
        become_command(job, pipes);
    if (command < 0) {
        tell(notices, Notice::Kind::failed, errno, "start a process");
        _exit(0);
    }
    int status = 0;
    for (pid_t ended = 0; ended != command;)
        ended = wait(&status);
    const int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    tell(notices, Notice::Kind::ended, code);
    _exit(0);
}

} // namespace retouch::guest
