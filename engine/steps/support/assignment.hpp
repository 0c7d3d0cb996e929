#pragma once
// Assignments: setting one variable in a file of `KEY=value` lines, in which all else stays.

#include <string>

namespace retouch::steps {

/// The text with `KEY=value` in it, as shells read it; the same text when the key has that value.
[[nodiscard]] std::string with_assignment(const std::string &text, const std::string &key,
                                          const std::string &value);

} // namespace retouch::steps
