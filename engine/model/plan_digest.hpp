#pragma once

// PlanDigest: the last member of a plan document, over all members before it. It finds edits made
// by hand; it is no signature.

#include "retouch/json.hpp"

#include <string>

namespace retouch::model {

inline constexpr const char *k_plan_digest_key = "digest";

/// "sha256:HEX" over the compact form of `document` without its digest member.
[[nodiscard]] std::string plan_digest(Json document);

} // namespace retouch::model
