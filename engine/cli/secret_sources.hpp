#pragma once
// SecretSources: gets the values of the secrets of recipes and saved plans from where they say.
// None of it is ever shown.

#include "base/secret_values.hpp"
#include "cli/context.hpp"
#include "cli/workspace.hpp"
#include "plan/check.hpp"
#include "retouch/plan.hpp"

#include <map>
#include <string>

namespace retouch::cli {

/// For one thread.
class SecretSources {
  public:
    /// It borrows both.
    SecretSources(const Workspace &workspace, const Context &context)
        : workspace_(workspace), context_(context) {}

    /// Fills in values and digests. Throws Error: bad_config when a value is not there or is none
    /// that a secret can have, refused when the configuration does not allow the program, failed
    /// with its last words when it fails, unavailable when it does not end.
    void get(plan::CheckedRecipe &checked);

    /// Of all targets. Throws Error, too, stale, when one is not what it was when the plan was
    /// made.
    [[nodiscard]] base::SecretValues get(const Plan &plan);

  private:
    [[nodiscard]] const base::Secret &value_of(const DeclaredSecret &secret);
    [[nodiscard]] std::string digest_of(const std::string &name, const base::Secret &value);
    [[nodiscard]] std::string text_of(const DeclaredSecret &secret) const;
    [[nodiscard]] std::string printed_by(const DeclaredSecret &secret) const;

    const Workspace &workspace_;
    const Context &context_;
    std::map<std::string, base::Secret> got_; ///< by where it comes from
    std::string key_;
};

} // namespace retouch::cli
