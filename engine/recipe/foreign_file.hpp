#pragma once
// Foreign files: YAML that is no recipe, and what it probably is instead.

#include "retouch/diagnostics.hpp"
#include "retouch/value.hpp"

#include <optional>
#include <string>
#include <vector>

namespace retouch::recipe {

/// The one thing to say of a file that was written for another program, or whose whole is a list;
/// nothing when it may be a recipe.
[[nodiscard]] std::optional<Diagnostic> foreign_file(const Value &root, const std::string &file,
                                                     const std::vector<std::string> &lines);

} // namespace retouch::recipe
