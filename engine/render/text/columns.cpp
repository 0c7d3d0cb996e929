// Columns: counted in code points, not bytes.

#include "render/text/columns.hpp"

#include "base/text.hpp"

namespace retouch::render {

std::string padding(std::string_view text, std::size_t width) {
    const std::size_t length = base::code_points(text);
    return std::string(length < width ? width - length : 0, ' ');
}

std::string padded(std::string_view text, std::size_t width) {
    return std::string(text) + padding(text, width);
}

} // namespace retouch::render
