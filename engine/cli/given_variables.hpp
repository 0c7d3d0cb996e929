#pragma once
// Given variables: what --var, --var-file and RETOUCH_VAR_NAME say of the variables of recipes.

#include "cli/context.hpp"
#include "recipe/variables.hpp"
#include "retouch/diagnostics.hpp"

#include <set>
#include <string>
#include <vector>

namespace retouch::cli {

/// As the options have them.
struct VariableOptions {
    std::vector<std::string> assignments;
    std::vector<std::string> files;

    [[nodiscard]] bool empty() const { return assignments.empty() && files.empty(); }
};

class GivenByUser {
  public:
    /// Reads the files. Throws Error: usage, and invalid, when the mistakes of a file are printed.
    GivenByUser(const VariableOptions &options, Context &context);

    [[nodiscard]] const recipe::GivenVariables &variables() const { return variables_; }

    /// A warning for each entry of a file whose name is not in `declared`.
    [[nodiscard]] std::vector<Diagnostic> unused(const std::set<std::string> &declared) const;

  private:
    /// An entry of a file, as a warning that nothing uses it.
    struct Entry {
        std::string name;
        Diagnostic warning;
    };

    void read(const std::string &path, Diagnostics &found);

    recipe::GivenVariables variables_;
    std::vector<Entry> entries_;
};

} // namespace retouch::cli
