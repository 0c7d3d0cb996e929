// Masks: a stretch is replaced and its line ends are kept behind the replacement.

#include "recipe/yaml/yaml_mask.hpp"

#include <algorithm>

namespace retouch::recipe {

std::string put_masks(std::string_view text, const std::vector<Mask> &masks) {
    std::string masked;
    masked.reserve(text.size());
    std::size_t at = 0;
    for (const Mask &mask : masks) {
        const std::string_view hidden = text.substr(mask.from, mask.to - mask.from);
        masked += text.substr(at, mask.from - at);
        masked += mask.replacement;
        masked.append(static_cast<std::size_t>(std::ranges::count(hidden, '\n')), '\n');
        at = mask.to;
    }
    masked += text.substr(at);
    return masked;
}

} // namespace retouch::recipe
