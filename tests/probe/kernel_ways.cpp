// Ways to the kernel itself: its settings, its interfaces for administrators, calls that ought not
// to be there. Wrong arguments see to it that a call that is allowed does nothing.

#include "probe.hpp"

#include <array>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

namespace probe {

namespace {

constexpr int k_most_depth = 12;

/// A file below a directory of the kernel that opens for writing.
bool writable_below(const std::string &directory, int depth, std::string &detail) {
    DIR *entries = opendir(directory.c_str());
    if (entries == nullptr)
        return false;
    bool found = false;
    for (dirent *entry = readdir(entries); entry != nullptr && !found; entry = readdir(entries)) {
        const std::string name = entry->d_name;
        if (name == "." || name == "..")
            continue;
        // Processes are the process table's; those of the sandbox are its own.
        if (directory == "/proc" && (std::strchr("0123456789", name[0]) != nullptr ||
                                     name == "self" || name == "thread-self"))
            continue;
        const std::string path = directory + "/" + name;

        struct stat status {};

        if (lstat(path.c_str(), &status) != 0)
            continue;
        if (S_ISDIR(status.st_mode) && depth > 0)
            found = writable_below(path, depth - 1, detail);
        else if (S_ISREG(status.st_mode)) {
            const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK);
            if (file < 0)
                continue;
            close(file);
            detail = path;
            found = true;
        }
    }
    closedir(entries);
    return found;
}

bool directory_made_below(const char *directory, std::string &detail) {
    detail = directory;
    const std::string path = std::string(directory) + "/probe";
    if (mkdir(path.c_str(), 0700) != 0)
        return false;
    rmdir(path.c_str());
    return true;
}

bool reads(const char *path, std::string &detail) {
    detail = path;
    return !head(path, 16).empty();
}

template<long Number>
bool call_of_nothing(const World &, std::string &) {
    return beyond_rights(syscall(Number, -1L, 0L, 0L, 0L, 0L, 0L));
}

/// A call by its number for 32-bit programs, through the gate that takes those.
long call_32(unsigned number, unsigned first = 0, unsigned second = 0, unsigned third = 0) {
#ifdef __x86_64__
    long result = 0;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(first), "c"(second), "d"(third), "S"(0), "D"(0)
                     : "memory", "r8", "r9", "r10", "r11");
    const int short_result = static_cast<int>(result);
    if (short_result >= 0)
        return short_result;
    errno = -short_result;
#else
    (void)number, (void)first, (void)second, (void)third;
    errno = ENOSYS;
#endif
    return -1;
}

/// The same for the ABI with long registers and short pointers.
long call_x32(unsigned number, long first) {
    constexpr unsigned k_x32 = 0x40000000;
    return syscall(static_cast<long>(number | k_x32), first, 0L, 0L, 0L);
}

constexpr Way k_ways[] = {
    {"write a setting of the kernel",
     [](const World &, std::string &detail) { return writable_below("/proc/sys", k_most_depth, detail); }},
    {"write below /proc",
     [](const World &, std::string &detail) { return writable_below("/proc", k_most_depth, detail); }},
    {"write below /sys",
     [](const World &, std::string &detail) { return writable_below("/sys", k_most_depth, detail); }},
    {"trigger the kernel's keys",
     [](const World &, std::string &) { return open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC) >= 0; }},
    {"write the handler of core files",
     [](const World &, std::string &) {
         return open("/proc/sys/kernel/core_pattern", O_WRONLY | O_CLOEXEC) >= 0;
     }},
    {"write the program that loads modules",
     [](const World &, std::string &) {
         return open("/proc/sys/kernel/modprobe", O_WRONLY | O_CLOEXEC) >= 0;
     }},
    {"register a format of programs",
     [](const World &, std::string &) {
         return open("/proc/sys/fs/binfmt_misc/register", O_WRONLY | O_CLOEXEC) >= 0;
     }},
    {"make a group of processes",
     [](const World &, std::string &detail) {
         return directory_made_below("/sys/fs/cgroup", detail) ||
                directory_made_below("/sys/fs/cgroup/unified", detail) ||
                directory_made_below("/sys/fs/cgroup/memory", detail) ||
                directory_made_below("/sys/fs/cgroup/devices", detail);
     }},
    {"read the memory of the kernel",
     [](const World &, std::string &detail) { return reads("/proc/kcore", detail); }},
    {"read the log of the kernel",
     [](const World &, std::string &detail) {
         std::array<char, 64> text{};
         const bool by_call = klogctl(3, text.data(), text.size()) >= 0;
         detail = by_call ? "syslog" : "/proc/kmsg";

         struct stat status {};

         const int file = open("/proc/kmsg", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
         return by_call || (file >= 0 && fstat(file, &status) == 0 && S_ISREG(status.st_mode));
     }},
    {"silence the log of the kernel",
     [](const World &, std::string &) { return beyond_rights(klogctl(8, nullptr, 0)); }},
    {"read debugging files of the kernel",
     [](const World &, std::string &detail) {
         return reads("/sys/kernel/debug/sched/debug", detail) ||
                reads("/sys/kernel/tracing/trace", detail) ||
                reads("/sys/kernel/debug/tracing/trace", detail);
     }},
    {"read timers and schedules of the host",
     [](const World &, std::string &detail) {
         return reads("/proc/timer_list", detail) || reads("/proc/sched_debug", detail);
     }},
    {"read the firmware's tables",
     [](const World &, std::string &detail) {
         return reads("/sys/firmware/acpi/tables/DSDT", detail) ||
                reads("/sys/firmware/dmi/tables/DMI", detail) ||
                reads("/sys/class/dmi/id/product_serial", detail);
     }},
    {"load a module", call_of_nothing<SYS_finit_module>},
    {"load a module from memory",
     [](const World &, std::string &) { return beyond_rights(syscall(SYS_init_module, "", 0, "")); }},
    {"remove a module",
     [](const World &, std::string &) {
         return beyond_rights(syscall(SYS_delete_module, "no_such_module_here", O_NONBLOCK));
     }},
    {"load another kernel", call_of_nothing<SYS_kexec_file_load>},
    {"load another kernel, the older way",
     [](const World &, std::string &) { return beyond_rights(syscall(SYS_kexec_load, 0, 17, nullptr, 0)); }},
    {"restart the machine",
     [](const World &, std::string &) { return beyond_rights(syscall(SYS_reboot, 1, 2, 3, nullptr)); }},
    {"load a program into the kernel", call_of_nothing<SYS_bpf>},
    {"count events of the host", call_of_nothing<SYS_perf_event_open>},
    {"handle page faults",
     [](const World &, std::string &) { return syscall(SYS_userfaultfd, O_CLOEXEC) >= 0; }},
    {"handle page faults, user mode only",
     [](const World &, std::string &) { return syscall(SYS_userfaultfd, O_CLOEXEC | 1) >= 0; }},
    {"queue input and output", call_of_nothing<SYS_io_uring_setup>},
    {"register queued input and output", call_of_nothing<SYS_io_uring_register>},
    {"watch a filesystem",
     [](const World &, std::string &) { return syscall(SYS_fanotify_init, 0, O_RDONLY) >= 0; }},
    {"add a key",
     [](const World &, std::string &) {
         return beyond_rights(syscall(SYS_add_key, "user", "probe", "x", 1, -5 /* user session */));
     }},
    {"ask for a key",
     [](const World &world, std::string &) {
         return beyond_rights(syscall(SYS_request_key, "user", world.canary.c_str(), nullptr, 0));
     }},
    {"look into a keyring",
     [](const World &, std::string &) { return beyond_rights(syscall(SYS_keyctl, 0 /* get id */, -4, 0)); }},
    {"see keys of the host",
     [](const World &world, std::string &) {
         return !world.canary.empty() && head("/proc/keys").find(world.canary) != std::string::npos;
     }},
    {"set the clock",
     [](const World &, std::string &) {
         const timespec wrong = {-1, -1};
         return beyond_rights(syscall(SYS_clock_settime, CLOCK_REALTIME, &wrong));
     }},
    {"set the clock, the older way",
     [](const World &, std::string &) {
         const timeval wrong = {0, 2000000};
         return beyond_rights(syscall(SYS_settimeofday, &wrong, nullptr));
     }},
    {"adjust the clock",
     [](const World &, std::string &) {
         timex adjustment{};
         adjustment.modes = ADJ_TICK;
         adjustment.tick = 1;
         return beyond_rights(adjtimex(&adjustment));
     }},
    {"adjust the clock, by its name",
     [](const World &, std::string &) {
         timex adjustment{};
         adjustment.modes = ADJ_TICK;
         adjustment.tick = 1;
         return beyond_rights(syscall(SYS_clock_adjtime, CLOCK_REALTIME, &adjustment));
     }},
    {"swap to a file",
     [](const World &, std::string &) { return beyond_rights(swapon("/no/such/file", 0)); }},
    {"stop swapping",
     [](const World &, std::string &) { return beyond_rights(swapoff("/no/such/file")); }},
    {"account for processes",
     [](const World &, std::string &) { return beyond_rights(acct("/no/such/file")); }},
    {"hang up the terminal",
     [](const World &, std::string &) { return vhangup() == 0; }},
    {"reach ports of the processor",
     [](const World &, std::string &) { return beyond_rights(syscall(SYS_iopl, 3)); }},
    {"reach one port of the processor",
     [](const World &, std::string &) { return beyond_rights(syscall(SYS_ioperm, 0x80, 1, 1)); }},
    {"change the processor's segments",
     [](const World &, std::string &) { return beyond_rights(syscall(SYS_modify_ldt, 0, nullptr, 0)); }},
    {"look up a cookie", call_of_nothing<SYS_lookup_dcookie>},
    {"move pages of others",
     [](const World &, std::string &) {
         return getpid() != 1 && beyond_rights(syscall(SYS_move_pages, 1, 0, nullptr, nullptr, nullptr, 0));
     }},
    {"migrate pages of others",
     [](const World &, std::string &) {
         const unsigned long node = 1;
         return getpid() != 1 && beyond_rights(syscall(SYS_migrate_pages, 1, 2, &node, &node));
     }},
    {"push a character into the terminal",
     [](const World &, std::string &) {
         const char character = '\n';
         for (const int terminal : {0, 1, 2, open("/dev/tty", O_RDWR | O_CLOEXEC)}) {
             errno = 0;
             if (ioctl(terminal, 0x5412 /* TIOCSTI */, &character) == 0 || errno == EIO)
                 return true;
         }
         return false;
     }},
    {"push a character into a terminal of its own",
     [](const World &, std::string &) {
         const int terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
         const char character = '\n';
         return terminal >= 0 && ioctl(terminal, 0x5412 /* TIOCSTI */, &character) == 0;
     }},
    {"paste into a console",
     [](const World &, std::string &) {
         char request = 3;
         for (const int terminal : {0, 1, 2})
             if (ioctl(terminal, 0x541C /* TIOCLINUX */, &request) == 0)
                 return true;
         return false;
     }},
    {"a personality that maps page zero",
     [](const World &, std::string &) { return beyond_rights(syscall(SYS_personality, 0x0100000)); }},
    {"a system call for 32-bit programs: namespaces",
     [](const World &, std::string &) { return beyond_rights(call_32(310, 0x10000000)); }},
    {"a system call for 32-bit programs: mounts",
     [](const World &, std::string &) { return beyond_rights(call_32(21)); }},
    {"a system call for 32-bit programs: unmounts",
     [](const World &, std::string &) { return beyond_rights(call_32(52)); }},
    {"a system call for 32-bit programs: handles",
     [](const World &, std::string &) { return beyond_rights(call_32(342)); }},
    {"a system call for 32-bit programs: keys",
     [](const World &, std::string &) { return beyond_rights(call_32(288)); }},
    {"a system call for 32-bit programs: tracing",
     [](const World &, std::string &) { return beyond_rights(call_32(26)); }},
    {"a system call for 32-bit programs: programs of the kernel",
     [](const World &, std::string &) { return beyond_rights(call_32(357, 0xffffffff)); }},
    {"a system call for 32-bit programs: a socket to the hypervisor",
     [](const World &, std::string &) { return call_32(359, 40, 1, 0) >= 0; }},
    {"a system call for 32-bit programs: any socket call",
     [](const World &, std::string &) { return beyond_rights(call_32(102, 1, 0)); }},
    {"a system call for 32-bit programs: restart",
     [](const World &, std::string &) { return beyond_rights(call_32(88, 1, 2, 3)); }},
    {"a system call of x32: namespaces",
     [](const World &, std::string &) { return beyond_rights(call_x32(272, 0x10000000)); }},
    {"a system call of x32: unmounts",
     [](const World &, std::string &) { return beyond_rights(call_x32(166, 0)); }},
};

} // namespace

constexpr std::span<const Way> k_kernel_ways{k_ways};

} // namespace probe
