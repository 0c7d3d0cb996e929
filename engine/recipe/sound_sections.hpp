#pragma once
// Sound sections: what is left of a wrong recipe's sections without the entries that are known to
// be wrong, so that step kinds can judge the rest in the same run. Nothing of it is ever planned.

#include "recipe/mistaken_lines.hpp"
#include "recipe/schema/schema_check.hpp"

#include "retouch/recipe.hpp"

#include <vector>

namespace retouch::recipe {

/// The line of the field behind `fields[index]`; the last one ends with the file.
[[nodiscard]] int end_line(const std::vector<Field> &fields, std::size_t index);

/// `checker` is the recipe's; every section returned is one it accepts.
[[nodiscard]] std::vector<Section> sound_sections(Value recipe, const MistakenLines &mistaken,
                                                  const SchemaChecker &checker);

} // namespace retouch::recipe
