#pragma once
// Path: pure functions over absolute paths inside a guest. They never look at a filesystem.

#include <string>
#include <string_view>
#include <vector>

namespace retouch::base {

/// Absolute, no empty component, no "." or "..", no NUL, no trailing slash (but "/" itself is).
[[nodiscard]] bool is_normal_absolute(std::string_view path);

/// "/a/b" -> "/a", "/a" -> "/", and "/" -> "/", as dirname(1): links of an image lead there, too.
/// Requires: normal.
[[nodiscard]] std::string parent_path(std::string_view path);

/// "/a/b" -> "b", "/" -> "". Requires: normal.
[[nodiscard]] std::string base_name(std::string_view path);

/// Joins with exactly one slash: ("/", "a") -> "/a".
[[nodiscard]] std::string join(std::string_view directory, std::string_view name);

/// True when `path` is `ancestor` or lies below it.
[[nodiscard]] bool is_within(std::string_view path, std::string_view ancestor);

} // namespace retouch::base
