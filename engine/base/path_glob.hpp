#pragma once

// Globs of absolute paths and of names, as recipes write them. Pure text; no file is looked at.

#include <string>
#include <string_view>

namespace retouch::base {

/// True when `pattern` matches the whole of `path`: `*`, `?` and `[...]` stay within one name, `**`
/// as a name of its own stands for any number of names, none included. "/etc/**" matches /etc too.
/// Where they differ before the first `**`, that is all that is looked at; otherwise time follows
/// the product of both lengths at the most.
[[nodiscard]] bool matches_path(const std::string &pattern, const std::string &path);

/// True when `pattern` matches the whole of `name`, which is no path: `*`, `?` and `[...]` stand
/// for any characters.
[[nodiscard]] bool matches_name(std::string_view pattern, std::string_view name);

} // namespace retouch::base
