#pragma once

// PolicyJudge: holds a document against a policy that was read, and says where it does not satisfy
// it. It knows JSON Schema, not plans.

#include "recipe/policy/policy_schema.hpp"

namespace retouch::recipe {

/// Schemas for values, and for what is dear in them (searching texts, comparing lists and objects)
/// more: a second or two.
constexpr std::size_t k_most_work = 50'000'000;

/// A line for each thing, shown and bounded: "targets[0].name: must match '^web'"; at most 50.
/// Throws Error: refused, about `subject` ("the policy FILE"), when the document cannot be judged,
/// because a text is too long for a pattern or there is too much to do; interrupted.
[[nodiscard]] std::vector<std::string> judge_policy(const PolicySchema &policy,
                                                    const Json &document,
                                                    const std::string &subject,
                                                    std::size_t most_work = k_most_work);

} // namespace retouch::recipe
