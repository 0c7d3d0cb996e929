#pragma once
// Setting keys in a text of sections: "[section]" above lines of "key = value". Comments and the
// spelling of all other lines stay.

#include "steps/lines/line_edit.hpp"

#include <string>

namespace retouch::steps {

/// `keys`: key by key the value, or null for one that is not to be there. An empty `section` is
/// what stands before the first one. A key that is there several times is an obstacle unless `all`.
[[nodiscard]] EditOutcome set_ini(const Json &keys, const std::string &section, bool all,
                                  EditedText &text);

/// "lines 3 and 7 set 'a'": an obstacle. `what`: what they do.
[[nodiscard]] std::string too_many(const std::vector<std::size_t> &numbers, std::string_view what);

} // namespace retouch::steps
