// The build gives the file's path; the assembler copies its bytes. It is a library of its own,
// because the program is linked with what stands beside it.

#include "guest/machine/server_program.hpp"

#include <cstddef>

__asm__(".section .rodata\n"
        ".global retouch_server_begin\n"
        ".global retouch_server_end\n"
        ".balign 16\n"
        "retouch_server_begin:\n"
        ".incbin \"" RETOUCH_GUEST_SERVER "\"\n"
        "retouch_server_end:\n"
        ".byte 0\n"
        ".previous\n");

extern "C" const char retouch_server_begin[];
extern "C" const char retouch_server_end[];

namespace retouch::guest {

std::string_view server_program() {
    return {retouch_server_begin,
            static_cast<std::size_t>(retouch_server_end - retouch_server_begin)};
}

} // namespace retouch::guest
