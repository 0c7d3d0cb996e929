#pragma once
// Composer: yaml-cpp's events become a Value. It refuses duplicate keys, keys that are no text and
// amounts over the limits, and it believes nothing the layout check has promised.

#include "recipe/yaml/yaml_source.hpp"

#include <optional>

namespace retouch::recipe {

inline constexpr std::size_t k_max_yaml_scalar = std::size_t{256} * 1024;
inline constexpr std::size_t k_max_yaml_nodes = 100'000;

/// Requires: check_layout() found nothing that is not masked. A key that is refused or given twice
/// is reported and left out; absent when the rest cannot be composed.
[[nodiscard]] std::optional<Value> compose_yaml(YamlSource &source, Diagnostics &diagnostics);

} // namespace retouch::recipe
