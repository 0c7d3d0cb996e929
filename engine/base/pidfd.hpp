#pragma once
// Pidfd: signals for one process, through a descriptor that cannot come to mean another one, nor
// several. A failed start leaves -1, and a signal to that is an error, not a signal to everybody.
// The header of glibc 2.36 declares these calls in a way C++ cannot link. No exceptions in here.

#include <sys/syscall.h>
#include <unistd.h>

namespace retouch::base {

/// -1 with errno when there is no such process, or no descriptor.
[[nodiscard]] inline int open_pidfd(pid_t pid) {
    return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
}

/// False with errno when the process has ended and was reaped.
inline bool send_signal(int pidfd, int number) {
    return syscall(SYS_pidfd_send_signal, pidfd, number, nullptr, 0) == 0;
}

} // namespace retouch::base
