#pragma once

// PolicyJudge: holds a document against a policy that was read, and says where it does not satisfy
// it. It knows JSON Schema, not plans.

#include "recipe/policy_schema.hpp"

namespace retouch {

/// A line for each thing, shown and bounded: "targets[0].name: must match '^web'"; at most 50.
/// Throws Error: refused when the document cannot be judged, because a text is too long for a
/// pattern or there is too much to do; interrupted.
[[nodiscard]] std::vector<std::string> judge_policy(const PolicySchema &policy,
                                                    const Json &document);

} // namespace retouch
