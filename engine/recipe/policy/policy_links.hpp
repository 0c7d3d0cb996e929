#pragma once

// PolicyLinks: that following the references of a policy ends, whatever it judges. What its schemas
// say is not its business.

#include "recipe/policy/policy_schema.hpp"

namespace retouch::recipe {

/// The schemas that judge the value that `schema` judges, because it says so.
[[nodiscard]] std::vector<PolicySchema::Link> judging_the_same(const PolicySchema &schema);

/// Why judging one value could go on without end or too deep, as "PLACE: WORDS" for the first such
/// place, shown; nothing when it cannot.
[[nodiscard]] std::optional<std::string> endless_links(const PolicySchemas &schemas);

} // namespace retouch::recipe
