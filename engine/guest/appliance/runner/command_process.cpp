// From the first process to the guest's shell: streams, rights, the filter, execve.

#include "guest/appliance/runner/command_process.hpp"

#include "guest/appliance/runner/notice.hpp"
#include "guest/sandbox/capabilities.hpp"
#include "guest/sandbox/run_entry.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace retouch::guest {

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

/// Requires: no new privileges. What comes after it must be allowed by it.
bool install_filters(std::vector<std::string> &filters) {
    for (std::string &program : filters) {
        sock_fprog filter{static_cast<unsigned short>(program.size() / sizeof(sock_filter)),
                          reinterpret_cast<sock_filter *>(program.data())};
        if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0)
            return false;
    }
    return !filters.empty();
}

bool give_up_rights(Job &job) {
    return (!job.personality_32 || personality(PER_LINUX32) >= 0) && drop_capabilities() &&
           install_filters(job.filters);
}

std::vector<char *> pointers(std::vector<std::string> &words) {
    std::vector<char *> result;
    result.reserve(words.size() + 1);
    for (std::string &word : words)
        result.push_back(word.data());
    result.push_back(nullptr);
    return result;
}

} // namespace

void become_command(Job &job, const Pipes &pipes) {
    const int notices = pipes.notices[1];
    const int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(pipes.out[1], STDOUT_FILENO);
    dup2(pipes.err[1], STDERR_FILENO);
    setsid();
    if (!is_program(job.shell.c_str()))
        tell(notices, Notice::Kind::no_shell, 0);
    else if (chdir(job.directory.c_str()) != 0)
        tell(notices, Notice::Kind::no_directory, 0);
    else if (!give_up_rights(job))
        tell(notices, Notice::Kind::failed, errno, "give up rights");
    else {
        tell(notices, Notice::Kind::started, 0);
        make_run_entries();
        std::vector<std::string> words = {job.shell, job.script_path};
        close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
        execve(job.shell.c_str(), pointers(words).data(), pointers(job.environment).data());
        tell(notices, Notice::Kind::failed, errno, "execute the shell");
    }
    _exit(127);
}

} // namespace retouch::guest
