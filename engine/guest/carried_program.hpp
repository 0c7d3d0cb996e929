#pragma once
// A program that the build made, as bytes of this one: the assembler copies the file. Nothing is
// started here.

#include <cstddef>
#include <string_view>

/// Defines retouch_NAME_begin and retouch_NAME_end around the bytes of `file`, a string literal. At
/// the top level of a source, once for each name.
#define RETOUCH_CARRY(name, file)                                                                  \
    __asm__(".section .rodata\n"                                                                   \
            ".global retouch_" #name "_begin\n"                                                    \
            ".global retouch_" #name "_end\n"                                                      \
            ".balign 16\n"                                                                         \
            "retouch_" #name "_begin:\n"                                                           \
            ".incbin \"" file "\"\n"                                                               \
            "retouch_" #name "_end:\n"                                                             \
            ".byte 0\n"                                                                            \
            ".previous\n");                                                                        \
    extern "C" const char retouch_##name##_begin[];                                                \
    extern "C" const char retouch_##name##_end[]

namespace retouch::guest {

/// Between what RETOUCH_CARRY defines.
[[nodiscard]] inline std::string_view carried(const char *begin, const char *end) {
    return {begin, static_cast<std::size_t>(end - begin)};
}

} // namespace retouch::guest
