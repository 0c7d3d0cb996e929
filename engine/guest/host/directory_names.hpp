#pragma once
// The names in an open directory.

#include <string>
#include <vector>

namespace retouch::guest {

/// Without "." and "..", in no order. `directory` stays open and its position does not matter.
/// `what` and `path` are for the error text. Throws Error.
[[nodiscard]] std::vector<std::string> directory_names(int directory, const char *what,
                                                       const std::string &path);

} // namespace retouch::guest
