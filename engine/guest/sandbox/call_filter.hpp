#pragma once
// The system calls a guest's command may make, in both guests: what ordinary programs, package
// managers and compilers use. Everything else is refused, unknown calls included. It is no
// substitute for namespaces and capabilities but closes what those leave open.

#include <string>
#include <vector>

namespace retouch::guest {

/// Seccomp programs for 64-bit and 32-bit programs, as bytes for bwrap's --add-seccomp-fd and for
/// seccomp(2). All of them are to be installed, in this order: the kernel obeys the strictest, and
/// of equally strict ones the last. They are made once, which takes
/// milliseconds. Throws Error.
[[nodiscard]] const std::vector<std::string> &call_filters();

} // namespace retouch::guest
