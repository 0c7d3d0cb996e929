// The build gives the file's path; the assembler copies its bytes. A file that anybody has open for
// writing cannot be executed, and a child that another thread has just forked may still have it:
// the kernel gives a lease for reading only when nobody has.

#include "guest/host/launcher_program.hpp"

#include "base/waiting.hpp"

#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <fmt/format.h>
#include <string_view>
#include <sys/mman.h>

__asm__(".section .rodata\n"
        ".global retouch_launcher_begin\n"
        ".global retouch_launcher_end\n"
        ".balign 16\n"
        "retouch_launcher_begin:\n"
        ".incbin \"" RETOUCH_GUEST_LAUNCHER "\"\n"
        "retouch_launcher_end:\n"
        ".byte 0\n"
        ".previous\n");

extern "C" const char retouch_launcher_begin[];
extern "C" const char retouch_launcher_end[];

namespace retouch::guest {

base::UniqueFd launcher_program() {
    constexpr int tries = 200;
    const std::string_view image = {
        retouch_launcher_begin,
        static_cast<std::size_t>(retouch_launcher_end - retouch_launcher_begin)};
    base::UniqueFd writer(memfd_create("retouch-launcher", MFD_CLOEXEC));
    if (!writer)
        throw base::system_error("create", "a memory file", errno);
    base::write_all(writer.get(), image, "a memory file");
    base::UniqueFd reader =
        base::open_file(fmt::format("/proc/self/fd/{}", writer.get()), O_RDONLY);
    writer.reset();
    for (int left = tries; left > 0 && fcntl(reader.get(), F_SETLEASE, F_RDLCK) != 0; --left)
        base::pause_for(std::chrono::milliseconds(10));
    fcntl(reader.get(), F_SETLEASE, F_UNLCK);
    return reader;
}

} // namespace retouch::guest
