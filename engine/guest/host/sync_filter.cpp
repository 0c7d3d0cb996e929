#include "guest/host/sync_filter.hpp"

#include <array>
#include <cstddef>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

namespace retouch {

namespace {

constexpr std::uint32_t k_sync_x86_64 = 162;
constexpr std::uint32_t k_sync_i386 = 36;

constexpr sock_filter statement(std::uint16_t code, std::uint32_t value) {
    return {code, 0, 0, value};
}

constexpr sock_filter jump_if_equal(std::uint32_t value, std::uint8_t yes, std::uint8_t no) {
    return {BPF_JMP | BPF_JEQ | BPF_K, yes, no, value};
}

// Jumps count the instructions to skip.
constexpr std::array<sock_filter, 8> k_program = {{
    statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
    jump_if_equal(AUDIT_ARCH_I386, 2, 0),
    statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
    jump_if_equal(k_sync_x86_64, 3, 2),
    statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
    jump_if_equal(k_sync_i386, 1, 0), statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO), // with errno 0: the call returns 0
}};

} // namespace

std::string sync_filter() {
    return {reinterpret_cast<const char *>(k_program.data()), sizeof(k_program)};
}

} // namespace retouch
