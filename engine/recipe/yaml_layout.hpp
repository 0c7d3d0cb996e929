#pragma once
// Layout check: reads a YAML text by lines and tokens before yaml-cpp does and refuses every form
// outside the plain core: anchors, aliases, tags, directives, several documents, '? ' keys, text
// continued on a next line, keys without a colon, tabs as indentation, unclosed quotes and
// brackets, too deep nesting. It composes nothing; what passes is safe and unambiguous for
// yaml-cpp.

#include "recipe/yaml_source.hpp"

namespace retouch {

inline constexpr std::size_t k_max_yaml_depth = 64;

/// All findings, at most one a line. True when there are none.
bool check_layout(YamlSource &source, Diagnostics &diagnostics);

} // namespace retouch
