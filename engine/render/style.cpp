// Style: puts the terminal's escape sequences around a text.

#include "render/style.hpp"

#include <fmt/format.h>

namespace retouch {

std::string Style::wrap(std::string_view code, std::string_view text) const {
    if (!colour_ || text.empty())
        return std::string(text);
    return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

} // namespace retouch
