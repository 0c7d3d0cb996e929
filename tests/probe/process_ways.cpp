// Ways to processes of others: what they hold, what they remember, what can be done to them.

#include "probe.hpp"

#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace probe {

namespace {

constexpr int k_most_pids = 400;
constexpr int k_most_descriptors = 256;
constexpr key_t k_canary_key = 0x70726f62; // "prob"

bool told_by(const World &world, const char *file, std::string &detail) {
    for (int pid = 1; pid < k_most_pids && !world.canary.empty(); ++pid) {
        const std::string path = "/proc/" + std::to_string(pid) + "/" + file;
        // Our own arguments hold the canary.
        if (pid != getpid() && pid != getppid() &&
            head(path).find(world.canary) != std::string::npos) {
            detail = path;
            return true;
        }
    }
    return false;
}

bool has_environment(const World &world) {
    for (char **entry = environ; *entry != nullptr; ++entry)
        if (!world.canary.empty() && std::strstr(*entry, world.canary.c_str()) != nullptr)
            return true;
    return false;
}

bool inherited_descriptor(std::string &detail) {
    for (int number = 3; number < k_most_descriptors; ++number) {
        struct stat status {};

        if (fstat(number, &status) != 0)
            continue;
        std::string target(256, '\0');
        detail = "/proc/self/fd/" + std::to_string(number);
        const ssize_t size = readlink(detail.c_str(), target.data(), target.size());
        target.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
        // The shell's own: its script.
        if (target.find("/run/retouch") != std::string::npos)
            continue;
        detail += " " + target;
        return true;
    }
    return false;
}

/// A descriptor of the first process that leads to a file, a directory or a device.
bool descriptor_of_first(std::string &detail) {
    for (int number = 0; number < k_most_descriptors; ++number) {
        detail = "/proc/1/fd/" + std::to_string(number);

        struct stat status {};

        if (stat(detail.c_str(), &status) != 0 || S_ISFIFO(status.st_mode) ||
            S_ISCHR(status.st_mode))
            continue;
        if (getpid() != 1 && open(detail.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK) >= 0)
            return true;
    }
    return false;
}

bool scheduled(int policy, int priority) {
    sched_param parameters{};
    parameters.sched_priority = priority;
    return sched_setscheduler(0, policy, &parameters) == 0;
}

bool raises(int resource) {
    rlimit limit{};
    if (getrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0 ||
        limit.rlim_max == RLIM_INFINITY)
        return false;
    ++limit.rlim_max;
    return setrlimit(static_cast<__rlimit_resource>(resource), &limit) == 0;
}

constexpr Way k_ways[] = {
    {"the environment of retouch",
     [](const World &world, std::string &) { return has_environment(world); }},
    {"the environment of another process",
     [](const World &world, std::string &detail) { return told_by(world, "environ", detail); }},
    {"the arguments of another process",
     [](const World &world, std::string &detail) { return told_by(world, "cmdline", detail); }},
    {"a descriptor that was left open",
     [](const World &, std::string &detail) { return inherited_descriptor(detail); }},
    {"a descriptor of the first process",
     [](const World &, std::string &detail) { return descriptor_of_first(detail); }},
    {"take a descriptor of another process",
     [](const World &, std::string &) {
         const long process = syscall(SYS_pidfd_open, 1, 0);
         return getpid() != 1 && process >= 0 &&
                beyond_rights(syscall(SYS_pidfd_getfd, process, 0, 0));
     }},
    {"trace the first process", // the same right; tracing it would stop it where nothing forbids
                                // that
     [](const World &, std::string &) {
         return getpid() != 1 && open("/proc/1/mem", O_RDONLY | O_CLOEXEC) >= 0;
     }},
    {"trace a process of its own", // a tracer can get round older filters
     [](const World &, std::string &) {
         return beyond_rights(ptrace(PTRACE_TRACEME, 0, nullptr, nullptr));
     }},
    {"read the memory of the first process",
     [](const World &, std::string &) {
         char byte = 0;
         iovec here = {&byte, 1};
         iovec there = {nullptr, 1};
         return getpid() != 1 && beyond_rights(process_vm_readv(1, &here, 1, &there, 1, 0));
     }},
    {"write the memory of the first process",
     [](const World &, std::string &) {
         return getpid() != 1 && open("/proc/1/mem", O_RDWR | O_CLOEXEC) >= 0;
     }},
    {"advise the memory of the first process",
     [](const World &, std::string &) {
         const long process = syscall(SYS_pidfd_open, 1, 0);
         return getpid() != 1 && process >= 0 &&
                beyond_rights(syscall(SYS_process_madvise, process, nullptr, 0, 20, 0));
     }},
    {"compare processes",
     [](const World &, std::string &) {
         return beyond_rights(syscall(SYS_kcmp, getpid(), 1, 0, 0, 0));
     }},
    {"a process of the host",
     [](const World &world, std::string &detail) {
         for (int pid = 1; pid < k_most_pids; ++pid) {
             detail = head("/proc/" + std::to_string(pid) + "/comm", 32);
             if (!world.canary.empty() &&
                 (detail == "kthreadd\n" || detail == "systemd\n" || detail == "guestfsd\n"))
                 return true;
         }
         return false;
     }},
    {"spare itself when memory ends",
     [](const World &, std::string &) {
         const int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
         return file >= 0 && write(file, "-1000", 5) == 5;
     }},
    {"run before everybody else",
     [](const World &, std::string &) { return scheduled(SCHED_FIFO, 1); }},
    {"run before everybody else, in turn",
     [](const World &, std::string &) { return scheduled(SCHED_RR, 1); }},
    {"run more often than others",
     [](const World &, std::string &) { return setpriority(PRIO_PROCESS, 0, -20) == 0; }},
    {"be first at the disk",
     [](const World &, std::string &) { return syscall(SYS_ioprio_set, 1, 0, 1 << 13) == 0; }},
    {"as many processes as it likes",
     [](const World &, std::string &detail) {
         rlimit limit{};
         getrlimit(RLIMIT_NPROC, &limit);
         detail = std::to_string(limit.rlim_max);
         return limit.rlim_max > 65536 || raises(RLIMIT_NPROC);
     }},
    {"as many open files as it likes",
     [](const World &, std::string &detail) {
         rlimit limit{};
         getrlimit(RLIMIT_NOFILE, &limit);
         detail = std::to_string(limit.rlim_max);
         return limit.rlim_max > 1048576 || raises(RLIMIT_NOFILE);
     }},
    {"hand a core file to the host's handler", // only a limit of exactly 1 stops one that is a
                                               // program
     [](const World &, std::string &detail) {
         rlimit limit{};
         getrlimit(RLIMIT_CORE, &limit);
         detail = std::to_string(limit.rlim_max);
         return limit.rlim_max != 1 || raises(RLIMIT_CORE);
     }},
    {"lock memory without limit",
     [](const World &, std::string &detail) {
         rlimit limit{};
         getrlimit(RLIMIT_MEMLOCK, &limit);
         detail = std::to_string(limit.rlim_max);
         return limit.rlim_max == RLIM_INFINITY || raises(RLIMIT_MEMLOCK);
     }},
    {"shared memory of old of the host",
     [](const World &, std::string &) {
         return shmget(k_canary_key, 0, 0) >= 0 || errno == EACCES;
     }},
    {"message queues of the host",
     [](const World &, std::string &) { return msgget(k_canary_key, 0) >= 0 || errno == EACCES; }},
    {"semaphores of the host",
     [](const World &, std::string &) {
         return semget(k_canary_key, 0, 0) >= 0 || errno == EACCES;
     }},
    {"outlive the command", // its parent must be the sandbox's own first process, and no other
                            // reaper
     [](const World &, std::string &detail) {
         const std::string status = head("/proc/1/status");
         const std::size_t at = status.find("NSpid:\t");
         detail = at == std::string::npos ? "" : status.substr(at, status.find('\n', at) - at);
         return at != std::string::npos && detail != "NSpid:\t1";
     }},
};

} // namespace

constexpr std::span<const Way> k_process_ways{k_ways};

} // namespace probe
