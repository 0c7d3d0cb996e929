// The system call filter on calls made in a child that has it: by number, as a hostile program
// would, with upper halves of arguments filled, as a 32-bit program, and by numbers of x32.

#include "guest/sandbox/call_filter.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <functional>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace retouch;

namespace {

constexpr unsigned long k_upper = 0x700000000UL; ///< what the kernel does not look at

struct Call {
    const char *name;
    long number;
    std::array<unsigned long, 3> arguments;
    int answer; ///< errno, or 0 for a call that succeeds
};

bool install(const std::vector<std::string> &filters) {
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    for (const std::string &filter : filters) {
        std::vector<sock_filter> words(filter.size() / sizeof(sock_filter));
        std::copy_n(filter.data(), filter.size(), reinterpret_cast<char *>(words.data()));
        const sock_fprog program{static_cast<unsigned short>(words.size()), words.data()};
        if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
            return false;
    }
    return true;
}

int errno_of(const Call &call) {
    const auto &[a, b, c] = call.arguments;
    const long result = syscall(call.number, a, b, c, 0UL, 0UL, 0UL);
    return result < 0 ? errno : 0;
}

/// What `call` answers in a child with the filter. The child ends with the number.
int filtered(const std::function<int()> &call) {
    const std::vector<std::string> filters = guest::call_filters();
    const pid_t child = fork();
    if (child == 0)
        _exit(install(filters) ? call() : 255);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256;
}

unsigned long number_of(const void *pointer) {
    return reinterpret_cast<unsigned long>(pointer);
}

#ifdef __x86_64__
long call_32(long number, unsigned long first) {
    long result = 0;
    asm volatile("int $0x80"
                 : "=a"(result)
                 : "a"(number), "b"(first), "c"(0), "d"(0), "S"(0), "D"(0)
                 : "memory", "r8", "r9", "r10", "r11");
    return static_cast<int>(result);
}

/// Kernels may be without, as on hosts that keep their memory encrypted.
bool takes_calls_of_32_bit_programs() {
    constexpr long getpid_32 = 20;
    const pid_t child = fork();
    if (child == 0) {
        std::signal(SIGSEGV, SIG_DFL);
        _exit(call_32(getpid_32, 0) == getpid() ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
#endif

} // namespace

TEST_CASE("call filter: what would reach out of the guest is refused") {
    const char *nowhere = "/nonexistent/x";
    const std::vector<Call> calls = {
        {"open_by_handle_at", SYS_open_by_handle_at, {3, 0, 0}, EPERM},
        {"name_to_handle_at", SYS_name_to_handle_at, {3, 0, 0}, EPERM},
        {"mount", SYS_mount, {0, 0, 0}, EPERM},
        {"umount", SYS_umount2, {0, 0, 0}, EPERM},
        {"pivot_root", SYS_pivot_root, {0, 0, 0}, EPERM},
        {"open_tree", SYS_open_tree, {0, 0, 0}, EPERM},
        {"move_mount", SYS_move_mount, {0, 0, 0}, EPERM},
        {"fsopen", SYS_fsopen, {0, 0, 0}, EPERM},
        {"setns", SYS_setns, {0, 0, 0}, EPERM},
        {"a user namespace", SYS_unshare, {CLONE_NEWUSER, 0, 0}, EPERM},
        {"several namespaces", SYS_unshare, {CLONE_NEWUSER | CLONE_NEWNS, 0, 0}, EPERM},
        {"a time namespace", SYS_unshare, {CLONE_NEWTIME, 0, 0}, EPERM},
        {"clone with a namespace", SYS_clone, {CLONE_NEWUSER | SIGCHLD, 0, 0}, EPERM},
        {"the same, upper half", SYS_clone, {k_upper | CLONE_NEWNET | SIGCHLD, 0, 0}, EPERM},
        {"clone3", SYS_clone3, {0, 0, 0}, ENOSYS},
        {"keyctl", SYS_keyctl, {0, 0, 0}, ENOSYS},
        {"add_key", SYS_add_key, {0, 0, 0}, ENOSYS},
        {"request_key", SYS_request_key, {0, 0, 0}, ENOSYS},
        {"bpf", SYS_bpf, {0, 0, 0}, EPERM},
        {"perf_event_open", SYS_perf_event_open, {0, 0, 0}, EPERM},
        {"userfaultfd", SYS_userfaultfd, {0, 0, 0}, EPERM},
        {"io_uring_setup", SYS_io_uring_setup, {1, 0, 0}, ENOSYS},
        {"ptrace", SYS_ptrace, {0, 0, 0}, EPERM},
        {"process_vm_readv", SYS_process_vm_readv, {1, 0, 0}, EPERM},
        {"pidfd_getfd", SYS_pidfd_getfd, {0, 0, 0}, EPERM},
        {"kcmp", SYS_kcmp, {1, 1, 0}, EPERM},
        {"syslog", SYS_syslog, {10, 0, 0}, EPERM},
        {"clock_settime", SYS_clock_settime, {0, 0, 0}, EPERM},
        {"adjtimex", SYS_adjtimex, {0, 0, 0}, EPERM},
        {"init_module", SYS_init_module, {0, 0, 0}, EPERM},
        {"kexec_load", SYS_kexec_load, {0, 0, 0}, EPERM},
        {"reboot", SYS_reboot, {0, 0, 0}, EPERM},
        {"swapon", SYS_swapon, {0, 0, 0}, EPERM},
        {"quotactl", SYS_quotactl, {0, 0, 0}, EPERM},
        {"fanotify_init", SYS_fanotify_init, {0, 0, 0}, EPERM},
        {"iopl", SYS_iopl, {3, 0, 0}, EPERM},
        {"modify_ldt", SYS_modify_ldt, {0, 0, 0}, EPERM},
        {"a character device", SYS_mknod, {number_of(nowhere), S_IFCHR | 0600, 0x103}, EPERM},
        {"a block device", SYS_mknod, {number_of(nowhere), S_IFBLK | 0600, 0x800}, EPERM},
        {"the same, upper half", SYS_mknod, {number_of(nowhere), k_upper | S_IFBLK, 0x800}, EPERM},
        {"another personality", SYS_personality, {READ_IMPLIES_EXEC, 0, 0}, ENOSYS},
        {"typing into a terminal", SYS_ioctl, {0, TIOCSTI, 0}, EPERM},
        {"the same, upper half", SYS_ioctl, {0, k_upper | TIOCSTI, 0}, EPERM},
        {"the console's clipboard", SYS_ioctl, {0, TIOCLINUX, 0}, EPERM},
        {"a call nobody knows", 2000, {0, 0, 0}, ENOSYS},
        {"a call of x32", 0x40000000L | SYS_getpid, {0, 0, 0}, ENOSYS},
        {"a namespace by x32", 0x40000000L | SYS_unshare, {CLONE_NEWUSER, 0, 0}, ENOSYS},
    };
    for (const Call &call : calls) {
        CAPTURE(call.name);
        CHECK(filtered([&] { return errno_of(call); }) == call.answer);
    }
}

TEST_CASE("call filter: sockets are local, of the internet, or for routes") {
    for (unsigned long family = 0; family < 50; ++family) {
        const bool usual = family == AF_UNIX || family == AF_INET || family == AF_INET6;
        const bool routes = family == AF_NETLINK;
        CAPTURE(family);
        const int answer = filtered([&] {
            return errno_of({"", SYS_socket, {family, SOCK_DGRAM, 0}, 0});
        });
        CHECK(answer == (usual || routes ? 0 : EAFNOSUPPORT));
    }
    const auto socket_of = [](unsigned long family, unsigned long protocol) {
        return filtered([&] {
            return errno_of({"", SYS_socket, {family, SOCK_RAW, protocol}, 0});
        });
    };
    CHECK(socket_of(AF_NETLINK, NETLINK_ROUTE) == 0);
    CHECK(socket_of(AF_NETLINK, NETLINK_AUDIT) == EAFNOSUPPORT);
    CHECK(socket_of(AF_NETLINK, NETLINK_NETFILTER) == EAFNOSUPPORT);
    CHECK(socket_of(k_upper | AF_VSOCK, 0) == EAFNOSUPPORT);
    CHECK(socket_of(k_upper | AF_NETLINK, NETLINK_AUDIT) == EAFNOSUPPORT);
}

TEST_CASE("call filter: ordinary calls are as they were") {
    const std::vector<Call> calls = {
        {"getpid", SYS_getpid, {0, 0, 0}, 0},
        {"the personality in force", SYS_personality, {0xffffffff, 0, 0}, 0},
        {"the usual personality", SYS_personality, {PER_LINUX, 0, 0}, 0},
        {"no address randomisation", SYS_personality, {ADDR_NO_RANDOMIZE, 0, 0}, 0},
        {"files of one's own", SYS_unshare, {CLONE_FILES | CLONE_FS, 0, 0}, 0},
        {"a file in memory", SYS_memfd_create, {number_of("x"), 0, 0}, 0},
        {"a regular file by mknod", SYS_mknod, {number_of("/nonexistent/x"), S_IFREG, 0}, ENOENT},
        {"a FIFO", SYS_mknod, {number_of("/nonexistent/x"), S_IFIFO | 0600, 0}, ENOENT},
        {"another request of ioctl", SYS_ioctl, {999, TIOCGWINSZ, 0}, EBADF},
        {"sync", SYS_sync, {0, 0, 0}, 0},
        {"fsync", SYS_fsync, {999, 0, 0}, EBADF},
    };
    for (const Call &call : calls) {
        CAPTURE(call.name);
        CHECK(filtered([&] { return errno_of(call); }) == call.answer);
    }
    CHECK(filtered([] {
              const pid_t child = fork();
              if (child == 0)
                  _exit(0);
              int status = 1;
              return waitpid(child, &status, 0) == child ? status : 1;
          }) == 0);
}

#ifdef __x86_64__
TEST_CASE("call filter: it is the same for 32-bit programs") {
    if (!takes_calls_of_32_bit_programs()) {
        WARN("this kernel takes no calls of 32-bit programs");
        return;
    }
    constexpr long getpid_32 = 20, socketcall_32 = 102, mount_32 = 21, unshare_32 = 310;
    constexpr long socket_32 = 359, keyctl_32 = 288, vm86_32 = 166, sync_32 = 36;
    CHECK(filtered([] { return call_32(getpid_32, 0) == getpid() ? 0 : 1; }) == 0);
    CHECK(filtered([] { return static_cast<int>(call_32(sync_32, 0)); }) == 0);
    for (unsigned long kind = 0; kind < 21; ++kind) {
        CAPTURE(kind);
        CHECK(filtered([&] { return static_cast<int>(-call_32(socketcall_32, kind)); }) == EPERM);
    }
    CHECK(filtered([] { return static_cast<int>(-call_32(mount_32, 0)); }) == EPERM);
    CHECK(filtered([] { return static_cast<int>(-call_32(unshare_32, CLONE_NEWUSER)); }) == EPERM);
    CHECK(filtered([] { return static_cast<int>(-call_32(socket_32, AF_VSOCK)); }) == EAFNOSUPPORT);
    CHECK(filtered([] { return static_cast<int>(-call_32(keyctl_32, 0)); }) == ENOSYS);
    CHECK(filtered([] { return static_cast<int>(-call_32(vm86_32, 0)); }) == EPERM);
}
#endif
