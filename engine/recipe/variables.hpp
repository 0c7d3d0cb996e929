#pragma once
// Variables: ${name} in the string scalars of a recipe, from its own `vars` and from the command
// line. Substituted text stays text; it is never read as YAML. ${secret.name} stays as it is
// written, where a secret may be named.

#include "retouch/diagnostics.hpp"
#include "retouch/value.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace retouch::recipe {

/// Values from outside a recipe; those that stand first here win.
struct GivenVariables {
    GivenVariables() = default;

    explicit GivenVariables(std::map<std::string, std::string> chosen_values)
        : chosen(std::move(chosen_values)) {}

    std::map<std::string, std::string> row;     ///< of a matrix, which declares them
    std::map<std::string, std::string> chosen;  ///< each must be declared
    std::map<std::string, std::string> offered; ///< taken where they are declared
    /// The value of a variable of the process that is set and not empty. nullptr: none is.
    std::function<std::optional<std::string>(const std::string &)> environment;
};

struct ResolvedVariables {
    std::vector<Mark> unresolved;              ///< scalars left as written: a mistake is in them
    std::map<std::string, std::string> values; ///< of every variable that has one
    std::set<std::string> used;                ///< names that are referred to
};

/// Replaces every reference but those to secrets in `recipe`, but not in keys, `retouch`, `name`,
/// `vars` and `matrix`.
ResolvedVariables resolve_variables(Value &recipe, const GivenVariables &given,
                                    const std::string &file, const std::vector<std::string> &lines,
                                    Diagnostics &diagnostics);

} // namespace retouch::recipe
