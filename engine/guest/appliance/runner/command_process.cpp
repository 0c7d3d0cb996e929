// From new namespaces to the guest's shell: surroundings, rights, execve.

#include "guest/appliance/runner/command_process.hpp"

#include "guest/appliance/runner/notice.hpp"
#include "guest/appliance/runner/surroundings.hpp"
#include "guest/sandbox/capabilities.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace retouch {

void tell(int pipe, Notice::Kind kind, int status, std::string_view text) {
    Notice notice;
    notice.kind = kind;
    notice.status = status;
    std::copy_n(text.data(), std::min(text.size(), notice.text.size() - 1), notice.text.data());
    static_cast<void>(!write(pipe, &notice, sizeof notice));
}

namespace {

bool drop_capabilities() {
    for (int number = 0; prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; ++number) {
        const bool kept = std::any_of(k_capabilities.begin(), k_capabilities.end(),
                                      [&](const Capability &one) { return one.number == number; });
        if (!kept && prctl(PR_CAPBSET_DROP, number, 0, 0, 0) != 0)
            return false;
    }
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

bool is_program(const char *path) {
    struct stat status {};

    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & 0111) != 0;
}

/// Makes the guest's root that of the whole mount namespace. A process that may chroot can leave a
/// chroot again, and would find the appliance around it: its files, its devices.
bool enter_guest() {
    constexpr int levels = 16; // the appliance's root is itself one or two below the namespace's
    const int guest = open(k_guest_root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (guest < 0 || chdir("/") != 0 || chroot(k_guest_root) != 0)
        return false;
    for (int level = 0; level < levels; ++level)
        if (chdir("..") != 0)
            return false;
    return syscall(SYS_move_mount, guest, "", AT_FDCWD, ".", MOVE_MOUNT_F_EMPTY_PATH) == 0 &&
           fchdir(guest) == 0 && chroot(".") == 0 && chdir("/") == 0;
}

std::vector<char *> pointers(std::vector<std::string> &words) {
    std::vector<char *> result;
    result.reserve(words.size() + 1);
    for (std::string &word : words)
        result.push_back(word.data());
    result.push_back(nullptr);
    return result;
}

/// The command itself.
[[noreturn]] void become_command(Job &job, const Pipes &pipes) {
    const int notices = pipes.notices[1];
    const int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(pipes.out[1], STDOUT_FILENO);
    dup2(pipes.err[1], STDERR_FILENO);
    setsid();
    if (!enter_guest())
        tell(notices, Notice::Kind::failed, errno, "enter the guest");
    else if (!is_program(job.shell.c_str()))
        tell(notices, Notice::Kind::no_shell, 0);
    else if (chdir(job.directory.c_str()) != 0)
        tell(notices, Notice::Kind::no_directory, 0);
    else if (!drop_capabilities() || (job.personality_32 && personality(PER_LINUX32) < 0))
        tell(notices, Notice::Kind::failed, errno, "give up rights");
    else {
        tell(notices, Notice::Kind::started, 0);
        std::vector<std::string> words = {job.shell, job.script_path};
        close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
        execve(job.shell.c_str(), pointers(words).data(), pointers(job.environment).data());
        tell(notices, Notice::Kind::failed, errno, "execute the shell");
    }
    _exit(127);
}

} // namespace

void be_first_process(Job &job, const Pipes &pipes) {
    const int notices = pipes.notices[1];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        tell(notices, Notice::Kind::failed, errno, "make private mounts");
    else if (const std::string problem = make_surroundings(job); !problem.empty())
        tell(notices, Notice::Kind::failed, 0, problem);
    else {
        const pid_t command = fork();
        if (command == 0)
            become_command(job, pipes);
        int status = 0;
        for (pid_t ended = 0; ended != command;)
            ended = wait(&status);
        const int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        tell(notices, Notice::Kind::ended, code);
    }
    _exit(0);
}

} // namespace retouch
