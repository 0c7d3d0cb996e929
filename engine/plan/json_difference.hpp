#pragma once
// JSON difference: where a document first differs from the one that was expected, for a message.
// The order of keys does not count.

#include "retouch/json.hpp"

#include <optional>
#include <string>

namespace retouch::plan {

struct JsonDifference {
    std::string place;
    std::string what; ///< "missing", "unknown key", "expected 600"
};

/// The value on one line, cut, in ASCII.
[[nodiscard]] std::string short_json(const Json &value);

/// nullopt when they are equal. `place` is where both stand.
[[nodiscard]] std::optional<JsonDifference> json_difference(const Json &found, const Json &wanted,
                                                            const std::string &place);

} // namespace retouch::plan
