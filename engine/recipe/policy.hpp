#pragma once

// Policy: a JSON Schema that a document, such as a plan, must satisfy. It only judges; what becomes
// of the findings is the caller's business.

#include "retouch/json.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace retouch {

class Policy {
  public:
    /// Reads a draft-07 schema of at most 1 MiB; "$ref" only within it. Throws Error: invalid when
    /// it is none.
    explicit Policy(const std::filesystem::path &file);
    ~Policy();
    Policy(const Policy &) = delete;
    Policy &operator=(const Policy &) = delete;

    /// What does not satisfy it, a line each, escaped: "targets[0].publish.visibility: ..."; empty
    /// when all does. Of texts only the first 4 KiB are looked at: patterns take stack by length.
    [[nodiscard]] std::vector<std::string> findings(const Json &document) const;

    /// Throws Error: refused, with the findings, when there are any.
    void require(const Json &document) const;

  private:
    struct Prepared;
    std::filesystem::path file_;
    std::unique_ptr<const Prepared> prepared_;
};

} // namespace retouch
