// What the command is: which rights it has, and how it could get more.

#include "probe.hpp"

#include <array>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <string>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace probe {

namespace {

struct Named {
    const char *name;
    int number;
};

// Each of these alone is enough for something a guest's command has no business with.
constexpr std::array k_dangerous = {
    Named{"CAP_DAC_READ_SEARCH", CAP_DAC_READ_SEARCH},
    Named{"CAP_LINUX_IMMUTABLE", CAP_LINUX_IMMUTABLE},
    Named{"CAP_NET_BROADCAST", CAP_NET_BROADCAST},
    Named{"CAP_NET_ADMIN", CAP_NET_ADMIN},
    Named{"CAP_NET_RAW", CAP_NET_RAW},
    Named{"CAP_IPC_LOCK", CAP_IPC_LOCK},
    Named{"CAP_SYS_MODULE", CAP_SYS_MODULE},
    Named{"CAP_SYS_RAWIO", CAP_SYS_RAWIO},
    Named{"CAP_SYS_PTRACE", CAP_SYS_PTRACE},
    Named{"CAP_SYS_PACCT", CAP_SYS_PACCT},
    Named{"CAP_SYS_ADMIN", CAP_SYS_ADMIN},
    Named{"CAP_SYS_BOOT", CAP_SYS_BOOT},
    Named{"CAP_SYS_RESOURCE", CAP_SYS_RESOURCE},
    Named{"CAP_SYS_TIME", CAP_SYS_TIME},
    Named{"CAP_SYS_TTY_CONFIG", CAP_SYS_TTY_CONFIG},
    Named{"CAP_LEASE", CAP_LEASE},
    Named{"CAP_AUDIT_CONTROL", CAP_AUDIT_CONTROL},
    Named{"CAP_AUDIT_READ", CAP_AUDIT_READ},
    Named{"CAP_MAC_OVERRIDE", CAP_MAC_OVERRIDE},
    Named{"CAP_MAC_ADMIN", CAP_MAC_ADMIN},
    Named{"CAP_SYSLOG", CAP_SYSLOG},
    Named{"CAP_WAKE_ALARM", CAP_WAKE_ALARM},
    Named{"CAP_BLOCK_SUSPEND", CAP_BLOCK_SUSPEND},
    Named{"CAP_PERFMON", CAP_PERFMON},
    Named{"CAP_BPF", CAP_BPF},
    Named{"CAP_CHECKPOINT_RESTORE", CAP_CHECKPOINT_RESTORE},
};

unsigned long long set_of(const std::string &status, const char *name) {
    const std::size_t at = status.find(name);
    return at == std::string::npos
               ? 0
               : std::strtoull(status.c_str() + at + std::strlen(name), nullptr, 16);
}

bool holds(const char *set, std::string &detail) {
    const unsigned long long bits = set_of(head("/proc/self/status"), set);
    for (const Named &one : k_dangerous)
        if ((bits >> one.number & 1) != 0)
            detail += std::string(detail.empty() ? "" : " ") + one.name;
    return !detail.empty();
}

std::string field(const char *name) {
    const std::string status = head("/proc/self/status");
    const std::size_t at = status.find(name);
    if (at == std::string::npos)
        return "";
    const std::size_t from = at + std::strlen(name);
    return status.substr(from, status.find('\n', from) - from);
}

/// Copies this program, marks the copy, and lets it say which rights it got.
bool gains_by(const World &world, bool (*mark)(const std::string &), std::string &detail) {
    const std::string path = world.writable ? "/var/tmp/probe-copy" : "/run/probe-copy";
    const std::string program = head("/proc/self/exe", std::size_t{64} << 20);
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
    const bool written = file >= 0 && write(file, program.data(), program.size()) ==
                                          static_cast<ssize_t>(program.size());
    close(file);
    int status = 0;
    if (written && mark(path)) {
        const pid_t child = fork();
        if (child == 0) {
            if (setgid(65534) != 0 || setuid(65534) != 0)
                _exit(0);
            execl(path.c_str(), path.c_str(), "only=administers the system", nullptr);
            _exit(0);
        }
        waitpid(child, &status, 0);
    }
    unlink(path.c_str());
    detail = path;
    return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

constexpr Way k_ways[] = {
    {"administers the system", // what copies of this program are asked
     [](const World &, std::string &) {
         return (set_of(head("/proc/self/status"), "CapEff:\t") >> CAP_SYS_ADMIN & 1) != 0;
     }},
    {"dangerous rights in effect",
     [](const World &, std::string &detail) { return holds("CapEff:\t", detail); }},
    {"dangerous rights permitted",
     [](const World &, std::string &detail) { return holds("CapPrm:\t", detail); }},
    {"dangerous rights inheritable",
     [](const World &, std::string &detail) { return holds("CapInh:\t", detail); }},
    {"dangerous rights in the bounding set",
     [](const World &, std::string &detail) { return holds("CapBnd:\t", detail); }},
    {"dangerous rights ambient",
     [](const World &, std::string &detail) { return holds("CapAmb:\t", detail); }},
    {"is root of the host",
     [](const World &, std::string &detail) {
         detail = head("/proc/self/uid_map", 256);
         return detail.empty() || std::strtoul(detail.c_str() + 10, nullptr, 10) == 0;
     }},
    {"is in the group root of the host",
     [](const World &, std::string &detail) {
         detail = head("/proc/self/gid_map", 256);
         return detail.empty() || std::strtoul(detail.c_str() + 10, nullptr, 10) == 0;
     }},
    {"keeps groups of the host",
     [](const World &, std::string &detail) {
         detail = field("Groups:\t");
         return detail.find("65534") != std::string::npos;
     }},
    {"may gain rights",
     [](const World &, std::string &) { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1; }},
    {"no filter of system calls",
     [](const World &, std::string &) { return field("Seccomp:\t") != "2"; }},
    {"gain rights by a set-user-id program",
     [](const World &world, std::string &detail) {
         return gains_by(
             world, [](const std::string &path) { return chmod(path.c_str(), 04755) == 0; },
             detail);
     }},
    {"gain rights by capabilities of a program",
     [](const World &world, std::string &detail) {
         return gains_by(
             world,
             [](const std::string &path) {
                 vfs_cap_data data{};
                 data.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE;
                 data.data[0].permitted = ~0U;
                 data.data[1].permitted = ~0U;
                 return setxattr(path.c_str(), "security.capability", &data, XATTR_CAPS_SZ_2, 0) ==
                        0;
             },
             detail);
     }},
    {"map other users",
     [](const World &, std::string &) {
         const int file = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);
         return file >= 0 && write(file, "0 0 1", 5) > 0;
     }},
    {"change its host name",
     [](const World &, std::string &) { return sethostname("localhost", 9) == 0; }},
    {"change its domain name",
     [](const World &, std::string &) { return setdomainname("localdomain", 11) == 0; }},
};

} // namespace

constexpr std::span<const Way> k_privilege_ways{k_ways};

} // namespace probe
