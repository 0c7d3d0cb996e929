#pragma once

// Globs of absolute paths, as recipes write them. Pure text; no file is looked at.

#include <string>
#include <string_view>

namespace retouch {

/// True when `pattern` matches the whole of `path`: `*`, `?` and `[...]` stay within one name, `**`
/// as a name of its own stands for any number of names, none included. "/etc/**" matches /etc too.
/// Time follows the product of both lengths.
[[nodiscard]] bool matches_path(const std::string &pattern, const std::string &path);

} // namespace retouch
