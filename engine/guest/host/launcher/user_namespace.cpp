// A namespace needs a process to be made, and one outside to write its map. The kernel counts the
// processes of all users of a namespace against the user who made it and the limit in force then,
// but not when that is root: so each namespace is made by a user of its own.

#include "guest/host/launcher/user_namespace.hpp"

#include "guest/host/launcher/failure.hpp"
#include "guest/sandbox/ids.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <grp.h>
#include <linux/securebits.h>
#include <sched.h>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

void write_file(const std::string &path, std::string_view text, std::string_view doing) {
    const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        fail(doing);
    close(file);
}

/// Who may not raise a limit has at most what there is.
bool limit_processes(std::uint64_t processes) {
    rlimit limit{processes, processes};
    if (setrlimit(RLIMIT_NPROC, &limit) == 0)
        return true;
    rlimit present{};
    if (errno != EPERM || getrlimit(RLIMIT_NPROC, &present) != 0)
        return false;
    limit = {present.rlim_max, present.rlim_max};
    return setrlimit(RLIMIT_NPROC, &limit) == 0;
}

/// The child that makes the namespace and keeps it until `release` is closed.
[[noreturn]] void hold_namespace(std::uint64_t processes, int ready, int release) {
    const uid_t owner = k_first_outside_id + static_cast<uid_t>(getpid());
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!limit_processes(processes))
        fail("limit the processes of a command");
    if (prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP) != 0 ||
        setresuid(owner, owner, owner) != 0)
        fail("give a user namespace an owner");
    if (unshare(CLONE_NEWUSER) != 0)
        fail("make a user namespace");
    char byte = 'r';
    static_cast<void>(!write(ready, &byte, 1));
    static_cast<void>(!read(release, &byte, 1));
    _exit(0);
}

} // namespace

int make_user_namespace(std::uint64_t processes) {
    std::array<int, 2> ready{};
    std::array<int, 2> release{};
    if (pipe2(ready.data(), O_CLOEXEC) != 0 || pipe2(release.data(), O_CLOEXEC) != 0)
        fail("make a pipe");
    const pid_t holder = fork();
    if (holder < 0)
        fail("start a process");
    if (holder == 0) {
        close(release[1]);
        hold_namespace(processes, ready[1], release[0]);
    }
    close(ready[1]);
    close(release[0]);
    char byte = 0;
    if (read(ready[0], &byte, 1) != 1)
        _exit(1); // it has said why
    const std::string directory = "/proc/" + std::to_string(holder);
    write_file(directory + "/uid_map", k_id_map, "map the users of the guest");
    write_file(directory + "/gid_map", k_id_map, "map the groups of the guest");
    const int user_namespace = open((directory + "/ns/user").c_str(), O_RDONLY | O_CLOEXEC);
    if (user_namespace < 0)
        fail("open a user namespace");
    close(ready[0]);
    close(release[1]);
    while (waitpid(holder, nullptr, 0) < 0 && errno == EINTR) {
    }
    return user_namespace;
}

void enter_user_namespace(int user_namespace) {
    if (setns(user_namespace, CLONE_NEWUSER) != 0)
        fail("enter a user namespace");
    if (setgroups(0, nullptr) != 0 || setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0)
        fail("become root of a user namespace");
    write_file("/proc/sys/user/max_user_namespaces", "0", "forbid further user namespaces");
}

} // namespace retouch::guest
