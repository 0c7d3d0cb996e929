#pragma once
// Layout check: reads a YAML text by lines and tokens before yaml-cpp does and refuses every form
// outside the plain core: anchors, aliases, tags, directives, several documents, '? ' keys, text
// continued on a next line, keys without a colon, tabs as indentation, unclosed quotes and
// brackets, too deep nesting. It composes nothing; what passes is safe and unambiguous for
// yaml-cpp.

#include "recipe/yaml/yaml_mask.hpp"
#include "recipe/yaml/yaml_source.hpp"

#include <optional>
#include <vector>

namespace retouch::recipe {

inline constexpr std::size_t k_max_yaml_depth = 64;

/// Reports all findings. Returns what to mask before anything else reads the text, nothing when it
/// is clean; absent when a finding leaves open what the lines around it mean.
[[nodiscard]] std::optional<std::vector<Mask>> check_layout(YamlSource &source,
                                                            Diagnostics &diagnostics);

} // namespace retouch::recipe
