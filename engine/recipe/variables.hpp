#pragma once
// Variables: ${name} in the string scalars of a recipe, from its own `vars` and from the command
// line. Substituted text stays text; it is never read as YAML.

#include "retouch/diagnostics.hpp"
#include "retouch/value.hpp"

#include <map>
#include <string>
#include <vector>

namespace retouch::recipe {

/// Replaces every reference in `recipe`, but not in keys, `retouch`, `name` and `vars`. `given`
/// wins over `vars`, and may name only what `vars` declares. Returns the places of the scalars that
/// stay as written because of a mistake in them.
std::vector<Mark> resolve_variables(Value &recipe, const std::map<std::string, std::string> &given,
                                    const std::string &file, const std::vector<std::string> &lines,
                                    Diagnostics &diagnostics);

} // namespace retouch::recipe
