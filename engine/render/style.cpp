// Style: puts the terminal's escape sequences (SGR) around a text, or leaves it alone.
// Whether colour is wanted is decided by the program, from its flags and the terminal; never here.
// Nesting is not supported: one sequence, one reset.

#include "render/style.hpp"

#include <fmt/format.h>

namespace retouch::render {

std::string Style::wrap(std::string_view code, std::string_view text) const {
    if (!colour_ || text.empty())
        return std::string(text);
    return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

} // namespace retouch::render
