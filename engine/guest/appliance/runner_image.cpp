// The build gives the file's path; the assembler copies its bytes.

#include "guest/appliance/runner_image.hpp"

#include <cstddef>

__asm__(".section .rodata\n"
        ".global retouch_runner_begin\n"
        ".global retouch_runner_end\n"
        ".balign 16\n"
        "retouch_runner_begin:\n"
        ".incbin \"" RETOUCH_GUEST_RUNNER "\"\n"
        "retouch_runner_end:\n"
        ".byte 0\n"
        ".previous\n");

extern "C" const char retouch_runner_begin[];
extern "C" const char retouch_runner_end[];

namespace retouch::guest {

std::string_view runner_image() {
    return {retouch_runner_begin,
            static_cast<std::size_t>(retouch_runner_end - retouch_runner_begin)};
}

} // namespace retouch::guest
