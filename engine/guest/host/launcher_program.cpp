// The build gives the file's path; the assembler copies its bytes.

#include "guest/host/launcher_program.hpp"

#include "guest/host/sealed_program.hpp"

#include <cstddef>

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
    static const base::UniqueFd program =
        sealed_program({retouch_launcher_begin,
                        static_cast<std::size_t>(retouch_launcher_end - retouch_launcher_begin)},
                       0755);
    return another(program);
}

} // namespace retouch::guest
