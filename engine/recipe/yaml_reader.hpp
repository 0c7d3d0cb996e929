#pragma once
// Strict YAML: yaml-cpp's events composed into a Value. It accepts the plain core of YAML that 1.1
// and 1.2 read alike and refuses the rest with positions. It knows nothing of recipes.

#include "retouch/diagnostics.hpp"
#include "retouch/value.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace retouch {

/// Reads one document of at most 1 MiB. `file` is used in positions. Absent when there are errors.
[[nodiscard]] std::optional<Value> read_yaml(std::string_view text, const std::string &file,
                                             Diagnostics &diagnostics);

} // namespace retouch
