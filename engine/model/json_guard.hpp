#pragma once

// JsonGuard: parses untrusted JSON within bounds of size, depth and amount, refusing repeated keys.
// What the document means is not its business.

#include "retouch/json.hpp"

#include <cstddef>
#include <string>

namespace retouch::model {

struct JsonBounds {
    std::size_t bytes = std::size_t{64} * 1024 * 1024;
    std::size_t depth = 64;
    std::size_t values = 2'000'000; ///< objects, arrays and scalars in all
    std::size_t keys = 1000;        ///< of one object; finding one takes time by their number
};

/// Throws Error: invalid, with `subject` ("the plan") and `hint`.
[[nodiscard]] Json parse_guarded(const std::string &text, const JsonBounds &bounds,
                                 const std::string &subject, const std::string &hint);

} // namespace retouch::model
