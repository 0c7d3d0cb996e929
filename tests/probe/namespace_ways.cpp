// Ways through namespaces and mounts: new ones of either, and into those of others.

#include "probe.hpp"

#include <array>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace probe {

namespace {

constexpr unsigned long k_get_user_namespace = 0xb701;
constexpr unsigned long k_get_parent = 0xb702;

template<unsigned long Flag>
bool unshares(const World &, std::string &) {
    return unshare(static_cast<int>(Flag)) == 0;
}

template<unsigned long Flag>
bool clones(const World &, std::string &) {
    const long child = syscall(SYS_clone, Flag | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
    if (child == 0)
        _exit(0);
    return child > 0;
}

template<unsigned long Flag>
bool clones_newly(const World &, std::string &) {
    clone_args arguments{};
    arguments.flags = Flag;
    arguments.exit_signal = SIGCHLD;
    const long child = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (child == 0)
        _exit(0);
    return child > 0;
}

/// A place for a mount that every sandbox has.
const char *place() {
    static const char *found = nullptr;
    for (const char *candidate :
         {"/run/probe-mount", "/tmp/probe-mount", "/dev/shm/probe-mount", "/run"})
        if (found == nullptr && (mkdir(candidate, 0700) == 0 || access(candidate, F_OK) == 0))
            found = candidate;
    return found;
}

bool mounts(const char *source, const char *type, unsigned long flags = 0) {
    if (mount(source, place(), type, flags, nullptr) != 0)
        return false;
    umount2(place(), MNT_DETACH);
    return true;
}

bool enters(const char *kind, std::string &detail) {
    for (const char *whose : {"/proc/1/ns/", "/proc/self/ns/"}) {
        detail = std::string(whose) + kind;
        const int handle = open(detail.c_str(), O_RDONLY | O_CLOEXEC);
        if (handle >= 0 && setns(handle, 0) == 0)
            return true;
    }
    return false;
}

bool unmounts(const char *path, std::string &detail) {
    detail = path;
    return umount2(path, MNT_DETACH) == 0;
}

constexpr Way k_ways[] = {
    {"a user namespace by unshare", unshares<CLONE_NEWUSER>},
    {"a mount namespace by unshare", unshares<CLONE_NEWNS>},
    {"a network namespace by unshare", unshares<CLONE_NEWNET>},
    {"a process namespace by unshare", unshares<CLONE_NEWPID>},
    {"an IPC namespace by unshare", unshares<CLONE_NEWIPC>},
    {"a host-name namespace by unshare", unshares<CLONE_NEWUTS>},
    {"a cgroup namespace by unshare", unshares<CLONE_NEWCGROUP>},
    {"a time namespace by unshare", unshares<0x80>},
    {"a user namespace by clone", clones<CLONE_NEWUSER>},
    {"a mount namespace by clone", clones<CLONE_NEWNS>},
    {"a network namespace by clone", clones<CLONE_NEWNET>},
    {"user and mount namespaces by clone", clones<CLONE_NEWUSER | CLONE_NEWNS>},
    {"a user namespace by clone3", clones_newly<CLONE_NEWUSER>},
    {"a process namespace by clone3", clones_newly<CLONE_NEWPID>},
    {"may make more user namespaces",
     [](const World &, std::string &detail) {
         detail = head("/proc/sys/user/max_user_namespaces", 16);
         return !detail.empty() && detail != "0\n" && unshare(CLONE_NEWUSER) == 0;
     }},
    {"enter a user namespace", [](const World &, std::string &detail) { return enters("user", detail); }},
    {"enter a mount namespace", [](const World &, std::string &detail) { return enters("mnt", detail); }},
    {"enter a network namespace", [](const World &, std::string &detail) { return enters("net", detail); }},
    {"enter a process namespace", [](const World &, std::string &detail) { return enters("pid", detail); }},
    {"enter an IPC namespace", [](const World &, std::string &detail) { return enters("ipc", detail); }},
    {"enter namespaces of a process",
     [](const World &, std::string &) {
         const long process = syscall(SYS_pidfd_open, 1, 0);
         return process >= 0 && setns(static_cast<int>(process), CLONE_NEWNS) == 0;
     }},
    {"the user namespace around this one",
     [](const World &, std::string &) {
         const int own = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
         return ioctl(own, k_get_parent) >= 0;
     }},
    {"the owner of the network's namespace is another",
     [](const World &, std::string &) {
         const int own = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
         const int owner = ioctl(own, k_get_user_namespace);
         return owner >= 0 && ioctl(owner, k_get_parent) >= 0;
     }},
    {"mount a tmpfs", [](const World &, std::string &) { return mounts("none", "tmpfs"); }},
    {"mount another /proc", [](const World &, std::string &) { return mounts("none", "proc"); }},
    {"mount another /sys", [](const World &, std::string &) { return mounts("none", "sysfs"); }},
    {"mount the host's devices", [](const World &, std::string &) { return mounts("none", "devtmpfs"); }},
    {"mount terminals", [](const World &, std::string &) { return mounts("none", "devpts"); }},
    {"mount message queues", [](const World &, std::string &) { return mounts("none", "mqueue"); }},
    {"mount control groups", [](const World &, std::string &) { return mounts("none", "cgroup2"); }},
    {"mount control groups of old", [](const World &, std::string &) { return mounts("none", "cgroup"); }},
    {"mount the kernel's debugging", [](const World &, std::string &) { return mounts("none", "debugfs"); }},
    {"mount the kernel's tracing", [](const World &, std::string &) { return mounts("none", "tracefs"); }},
    {"mount the kernel's security", [](const World &, std::string &) { return mounts("none", "securityfs"); }},
    {"mount formats of programs", [](const World &, std::string &) { return mounts("none", "binfmt_misc"); }},
    {"mount programs of the kernel", [](const World &, std::string &) { return mounts("none", "bpf"); }},
    {"mount the control of FUSE", [](const World &, std::string &) { return mounts("none", "fusectl"); }},
    {"mount the kernel's store", [](const World &, std::string &) { return mounts("none", "pstore"); }},
    {"mount the firmware's variables", [](const World &, std::string &) { return mounts("none", "efivarfs"); }},
    {"mount settings of the kernel", [](const World &, std::string &) { return mounts("none", "configfs"); }},
    {"mount /etc elsewhere",
     [](const World &, std::string &) { return mounts("/etc", nullptr, MS_BIND); }},
    {"mount / elsewhere with all below it",
     [](const World &, std::string &) { return mounts("/", nullptr, MS_BIND | MS_REC); }},
    {"mount / anew, writable",
     [](const World &, std::string &) {
         return mount(nullptr, "/", nullptr, MS_REMOUNT | MS_BIND, nullptr) == 0 ||
                mount(nullptr, "/", nullptr, MS_REMOUNT, nullptr) == 0;
     }},
    {"mount /proc/sys anew, writable",
     [](const World &, std::string &) {
         return mount(nullptr, "/proc/sys", nullptr, MS_REMOUNT | MS_BIND, nullptr) == 0;
     }},
    {"mount /sys anew, writable",
     [](const World &, std::string &) {
         return mount(nullptr, "/sys", nullptr, MS_REMOUNT | MS_BIND, nullptr) == 0 ||
                mount(nullptr, "/sys", nullptr, MS_REMOUNT, nullptr) == 0;
     }},
    {"let mounts reach others",
     [](const World &, std::string &) { return mount(nullptr, "/", nullptr, MS_SHARED, nullptr) == 0; }},
    {"unmount /proc/sys", [](const World &, std::string &detail) { return unmounts("/proc/sys", detail); }},
    {"unmount /dev/pts", [](const World &, std::string &detail) { return unmounts("/dev/pts", detail); }},
    {"unmount /dev/null", [](const World &, std::string &detail) { return unmounts("/dev/null", detail); }},
    {"unmount /etc/resolv.conf",
     [](const World &, std::string &detail) { return unmounts("/etc/resolv.conf", detail); }},
    {"unmount /run", [](const World &, std::string &detail) { return unmounts("/run", detail); }},
    {"change the root of all",
     [](const World &, std::string &) { return beyond_rights(syscall(SYS_pivot_root, ".", ".")); }},
    {"open a filesystem by its type",
     [](const World &, std::string &) { return syscall(SYS_fsopen, "tmpfs", 1) >= 0; }},
    {"pick a filesystem",
     [](const World &, std::string &) { return syscall(SYS_fspick, AT_FDCWD, "/", 0) >= 0; }},
    {"copy a tree of mounts",
     [](const World &, std::string &) { return syscall(SYS_open_tree, AT_FDCWD, "/", 1 | O_CLOEXEC) >= 0; }},
    {"move a mount",
     [](const World &, std::string &) {
         return beyond_rights(syscall(SYS_move_mount, AT_FDCWD, "/no/such/mount", AT_FDCWD, place(), 0));
     }},
    {"change attributes of a mount",
     [](const World &, std::string &) {
         const std::array<unsigned long, 4> attributes = {0, 1 /* read-only */, 0, 0};
         return syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, attributes.data(), sizeof attributes) == 0;
     }},
};

} // namespace

constexpr std::span<const Way> k_namespace_ways{k_ways};

} // namespace probe
