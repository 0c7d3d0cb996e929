#pragma once
// Masks: what stands for the stretches of a YAML text that cannot be read, so that the rest of it
// can. They find nothing themselves; the layout check does.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::recipe {

struct Mask {
    std::size_t from = 0;
    std::size_t to = 0; ///< behind its last byte
    std::string replacement;
};

/// `text` with `masks`, which are in order and apart, put over it. Lines keep their numbers.
[[nodiscard]] std::string put_masks(std::string_view text, const std::vector<Mask> &masks);

} // namespace retouch::recipe
