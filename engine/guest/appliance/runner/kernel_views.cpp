// /proc and /sys show the namespaces of whoever mounts them, so a child in those of the command
// does. Nothing in them can be written but what concerns the command's own processes, and what
// tells of the machine is covered.

#include "guest/appliance/runner/surroundings.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

constexpr unsigned long k_quiet = MS_NOSUID | MS_NODEV | MS_NOEXEC;

constexpr std::array k_read_only = {"sys", "bus", "fs", "irq", "sysrq-trigger", "driver", "mtrr"};
constexpr std::array k_hidden_in_proc = {
    "acpi",        "asound",      "kcore",    "keys",        "key-users", "latency_stats",
    "timer_list",  "scsi",        "kallsyms", "sched_debug", "kmsg",      "kpagecount",
    "kpageflags",  "kpagecgroup", "iomem",    "ioports",     "modules",   "dma",
    "vmallocinfo", "slabinfo",    "cmdline",  "pressure",
};
constexpr std::array k_hidden_in_sys = {
    "firmware",        "power", "hypervisor", "kernel/debug",        "kernel/tracing",
    "kernel/security", "fs",    "class/dmi",  "devices/virtual/dmi", "devices/virtual/powercap",
};

bool mount_views(const std::string &proc, const std::string &sys) {
    return mount("proc", proc.c_str(), "proc", k_quiet, nullptr) == 0 &&
           mount("sysfs", sys.c_str(), "sysfs", k_quiet | MS_RDONLY, nullptr) == 0;
}

bool mount_by_child(const std::string &proc, const std::string &sys) {
    const pid_t child = fork();
    if (child == 0)
        _exit(mount_views(proc, sys) ? 0 : errno);
    int status = -1;
    const bool ended = child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status);
    errno = ended ? WEXITSTATUS(status) : ECHILD;
    return ended && errno == 0;
}

bool is_absent(const std::string &path) {
    struct stat status {};

    return lstat(path.c_str(), &status) != 0;
}

bool make_read_only(const std::string &path) {
    return is_absent(path) ||
           (mount(path.c_str(), path.c_str(), nullptr, MS_BIND | MS_REC, nullptr) == 0 &&
            mount(nullptr, path.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | k_quiet,
                  nullptr) == 0);
}

/// Puts something empty over it.
bool hide(const std::string &path, const std::string &nothing) {
    struct stat status {};

    if (lstat(path.c_str(), &status) != 0)
        return true;
    if (S_ISDIR(status.st_mode))
        return mount("tmpfs", path.c_str(), "tmpfs", k_quiet | MS_RDONLY, "size=4k,mode=555") == 0;
    return mount(nothing.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) == 0 &&
           mount(nullptr, path.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID,
                 nullptr) == 0;
}

} // namespace

std::string mount_kernel_views(const Job &job, int first_fd) {
    const std::string proc = "." + job.proc;
    const std::string sys = "." + job.sys;
    const std::string nothing = "." + job.dev + "/null";
    bool made = setns(first_fd, CLONE_NEWPID | (job.network ? 0 : CLONE_NEWNET)) == 0 &&
                mount_by_child(proc, sys);
    for (const char *name : k_read_only)
        made = made && make_read_only(proc + "/" + name);
    for (const char *name : k_hidden_in_proc)
        made = made && hide(proc + "/" + name, nothing);
    for (const char *name : k_hidden_in_sys)
        made = made && hide(sys + "/" + name, nothing);
    return made ? "" : std::string("mount /proc and /sys: ") + std::strerror(errno);
}

} // namespace retouch::guest
