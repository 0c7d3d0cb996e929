#pragma once
// Unified diff of two texts, as `diff -u` prints it, for plans.

#include <string>
#include <string_view>

namespace retouch::base {

/// Empty when equal. `before_name` and `after_name` stand in the header lines. Texts over 256 KiB
/// or 10,000 lines, or with NUL bytes, give one line that says how sizes and digests differ.
[[nodiscard]] std::string unified_diff(std::string_view before, std::string_view after,
                                       const std::string &before_name,
                                       const std::string &after_name);

} // namespace retouch::base
