// Two programs made with libseccomp, which has rules for a value but none for "any value but": the
// first allows all calls and refuses some of their arguments, the second says which there are. What
// the kernel reads as 32 bits is compared as 32 bits, else the upper half would get a value past.

#include "guest/sandbox/call_filter.hpp"

#include "base/file.hpp"
#include "guest/sandbox/call_names.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fmt/format.h>
#include <initializer_list>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <memory>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/stat.h>

namespace retouch::guest {

namespace {

constexpr std::uint64_t k_all_32 = 0xffffffff;
constexpr std::size_t k_program_bound = std::size_t{64} * 1024;

scmp_arg_cmp bits(unsigned argument, std::uint64_t mask, std::uint64_t value) {
    return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

scmp_arg_cmp is(unsigned argument, std::uint64_t value) {
    return bits(argument, k_all_32, value);
}

scmp_arg_cmp above(unsigned argument, std::uint64_t value) {
    return {argument, SCMP_CMP_GT, value, 0};
}

class Program {
  public:
    explicit Program(std::uint32_t otherwise) : context_(seccomp_init(otherwise), seccomp_release) {
        check(context_ ? 0 : -ENOMEM);
        // Calls of an architecture that has no rules, x32 among them.
        check(seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS)));
        if (seccomp_arch_native() == SCMP_ARCH_X86_64)
            check(seccomp_arch_add(context_.get(), SCMP_ARCH_X86));
    }

    /// A name the library does not know is one no program here can call.
    void add(std::uint32_t answer, const std::string &name,
             std::initializer_list<scmp_arg_cmp> arguments = {}) {
        const int number = seccomp_syscall_resolve_name(name.c_str());
        if (number != __NR_SCMP_ERROR)
            check(seccomp_rule_add_array(context_.get(), answer, number,
                                         static_cast<unsigned>(arguments.size()),
                                         arguments.begin()));
    }

    [[nodiscard]] std::string bytes() const {
        const base::UniqueFd file(memfd_create("filter", MFD_CLOEXEC));
        if (!file)
            throw base::system_error("create", "a memory file", errno);
        check(seccomp_export_bpf(context_.get(), file.get()));
        return base::read_file(fmt::format("/proc/self/fd/{}", file.get()), k_program_bound);
    }

  private:
    static void check(int code) {
        if (code < 0)
            throw base::system_error("make", "a system call filter", -code);
    }

    std::unique_ptr<void, decltype(&seccomp_release)> context_;
};

/// `names` are parted by single blanks.
void add_names(Program &program, std::uint32_t answer, std::string_view names) {
    while (!names.empty()) {
        const std::size_t end = std::min(names.find(' '), names.size());
        program.add(answer, std::string(names.substr(0, end)));
        names.remove_prefix(std::min(end + 1, names.size()));
    }
}

/// Only harmless ways to differ from the usual, and the question which one is in force.
void allow_personality(Program &program) {
    constexpr std::uint64_t harmless = std::uint64_t{PER_LINUX32} | UNAME26 | ADDR_NO_RANDOMIZE;
    program.add(SCMP_ACT_ALLOW, "personality", {bits(0, k_all_32 & ~harmless, 0)});
    program.add(SCMP_ACT_ALLOW, "personality", {is(0, k_all_32)});
}

std::string allowed_names() {
    Program program(SCMP_ACT_ERRNO(ENOSYS));
    add_names(program, SCMP_ACT_ALLOW, k_allowed_calls);
    add_names(program, SCMP_ACT_ERRNO(EPERM), k_refused_calls);
    // sync(2) succeeds and does nothing. It would flush every filesystem of the host, which takes
    // as long as the host is busy and waits on disks of other runs. fsync and syncfs stay as they
    // are, and the guest is flushed when it is closed.
    program.add(SCMP_ACT_ERRNO(0), "sync");
    allow_personality(program);
    return program.bytes();
}

void refuse_namespaces(Program &program) {
    constexpr std::array<std::uint64_t, 7> kinds = {CLONE_NEWNS,  CLONE_NEWCGROUP, CLONE_NEWUTS,
                                                    CLONE_NEWIPC, CLONE_NEWUSER,   CLONE_NEWPID,
                                                    CLONE_NEWNET};
    for (const std::uint64_t kind : kinds)
        for (const char *name : {"clone", "unshare"})
            program.add(SCMP_ACT_ERRNO(EPERM), name, {bits(0, kind, kind)});
    program.add(SCMP_ACT_ERRNO(EPERM), "unshare", {bits(0, CLONE_NEWTIME, CLONE_NEWTIME)});
}

/// Allowed are the local, the two internet families, and netlink for routes. Libraries take the
/// answer to mean that the kernel lacks the family.
void refuse_families(Program &program) {
    constexpr std::uint32_t answer = SCMP_ACT_ERRNO(EAFNOSUPPORT);
    for (const char *name : {"socket", "socketpair"}) {
        for (std::uint64_t family = 0; family < AF_NETLINK; ++family)
            if (family != AF_UNIX && family != AF_INET && family != AF_INET6)
                program.add(answer, name, {is(0, family)});
        program.add(answer, name, {above(0, AF_NETLINK)});
    }
    program.add(answer, "socket", {is(0, AF_NETLINK), above(2, NETLINK_ROUTE)});
}

void refuse_devices(Program &program) {
    for (const std::uint64_t type : {S_IFCHR, S_IFBLK}) {
        program.add(SCMP_ACT_ERRNO(EPERM), "mknod", {bits(1, S_IFMT, type)});
        program.add(SCMP_ACT_ERRNO(EPERM), "mknodat", {bits(2, S_IFMT, type)});
    }
}

std::string refused_arguments() {
    Program program(SCMP_ACT_ALLOW);
    refuse_namespaces(program);
    refuse_families(program);
    refuse_devices(program);
    for (const std::uint64_t request : {TIOCSTI, TIOCLINUX})
        program.add(SCMP_ACT_ERRNO(EPERM), "ioctl", {is(1, request)});
    return program.bytes();
}

} // namespace

const std::vector<std::string> &call_filters() {
    static const std::vector<std::string> filters = {refused_arguments(), allowed_names()};
    return filters;
}

} // namespace retouch::guest
