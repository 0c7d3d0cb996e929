#include "guest/tree/tree.hpp"

#include <algorithm>

namespace retouch::guest {

bool in_tree_order(std::string_view first, std::string_view second) {
    const auto [one, other] =
        std::mismatch(first.begin(), first.end(), second.begin(), second.end());
    if (one == first.end() || other == second.end())
        return first.size() < second.size();
    // A slash ends a name, and a name comes before all it is the beginning of.
    const auto rank = [](char letter) {
        return letter == '/' ? 0 : static_cast<unsigned char>(letter);
    };
    return rank(*one) < rank(*other);
}

} // namespace retouch::guest
