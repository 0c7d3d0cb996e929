#pragma once
// A system call that fails from now on in this process and in all it starts, as when the host has
// no more of something. It cannot be taken back: use it in a forked child.

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdexcept>
#include <sys/prctl.h>

namespace retouch::test {

inline void fail_call(long number, int code) {
    const auto call = static_cast<std::uint32_t>(number);
    const auto error = SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(code);
    std::array<sock_filter, 4> program{
        {{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
         {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, call},
         {BPF_RET | BPF_K, 0, 0, error},
         {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}}};
    const sock_fprog filter{program.size(), program.data()};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
        throw std::runtime_error("no system call filter can be set");
}

} // namespace retouch::test
