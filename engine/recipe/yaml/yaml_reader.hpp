#pragma once
// Strict YAML: yaml-cpp's events composed into a Value. It accepts the plain core of YAML that 1.1
// and 1.2 read alike and refuses the rest with positions. It knows nothing of recipes.

#include "recipe/mistaken_lines.hpp"

#include "retouch/diagnostics.hpp"
#include "retouch/value.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace retouch::recipe {

/// Reads one document of at most 1 MiB. `file` is used in positions. Absent when there are errors.
[[nodiscard]] std::optional<Value> read_yaml(std::string_view text, const std::string &file,
                                             Diagnostics &diagnostics);

struct YamlAroundMistakes {
    Value value;
    MistakenLines mistaken;
};

/// The same for who goes on looking for mistakes: a value that cannot be read is null and a key
/// that is given twice has its first value, all of it on mistaken lines. Absent when indentation,
/// quotes or brackets are broken, so that nothing behind them can be trusted.
[[nodiscard]] std::optional<YamlAroundMistakes>
read_yaml_around_mistakes(std::string_view text, const std::string &file, Diagnostics &diagnostics);

} // namespace retouch::recipe
