#pragma once
// Scalars: what a plain scalar means, by the YAML 1.2 core schema, and which spellings YAML 1.1 and
// 1.2 read differently. Pure functions over the spelling.

#include "retouch/value.hpp"

#include <string>
#include <string_view>

namespace retouch::recipe {

/// Kind of an unquoted scalar: null, boolean, integer (decimal), real, or string for everything
/// else, disputed spellings included.
[[nodiscard]] Value::Kind plain_kind(std::string_view text);

/// True for plain scalars that some YAML reader takes for something else than text: yes, off, 0644,
/// 0x1f, 1_000, 1:30, 2024-01-02, 1e3, .inf.
[[nodiscard]] bool is_disputed(std::string_view text);

/// `text` as a YAML string nobody can misread: in double quotes, or in single quotes when that
/// needs fewer escapes.
[[nodiscard]] std::string yaml_quoted(std::string_view text);

} // namespace retouch::recipe
