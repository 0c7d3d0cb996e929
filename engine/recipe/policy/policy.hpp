#pragma once

// Policy: a JSON Schema that a document, such as a plan, must satisfy. It only judges; what becomes
// of the findings is the caller's business.

#include "recipe/policy/policy_schema.hpp"

#include <filesystem>

namespace retouch::recipe {

class Policy {
  public:
    /// Reads a draft-07 schema of at most 1 MiB; "$ref" only within it. Throws Error: invalid, with
    /// everything that is wrong, when it is none or says what would not be judged.
    explicit Policy(const std::filesystem::path &file);

    Policy(const Policy &) = delete;
    Policy &operator=(const Policy &) = delete;

    /// What does not satisfy it, a line each, escaped: "targets[0].publish.visibility: ..."; empty
    /// when all does. Throws Error: refused when the document cannot be judged; interrupted.
    [[nodiscard]] std::vector<std::string> findings(const Json &document) const;

    /// Throws Error: refused, with the findings, when there are any.
    void require(const Json &document) const;

  private:
    std::filesystem::path file_;
    PolicySchemas schemas_;
};

} // namespace retouch::recipe
