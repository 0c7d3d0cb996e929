#pragma once

// PolicyWork: that no policy has a value judged by schemas without measure, because its references
// multiply. It counts from the policy alone; what the judged document adds is the judge's business.

#include "recipe/policy/policy_schema.hpp"

namespace retouch::recipe {

/// Where too many schemas would judge one value, as "PLACE: WORDS" for the innermost such place,
/// shown; nothing when there is none. Requires: no endless_links(). Throws Error: interrupted.
[[nodiscard]] std::optional<std::string> multiplied_work(const PolicySchemas &schemas);

} // namespace retouch::recipe
