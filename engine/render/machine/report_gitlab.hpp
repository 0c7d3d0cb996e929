#pragma once
// GitLab: what plans amount to, as its artifact `terraform` counts it for the widget in merge
// requests.

#include "render/plan_summary.hpp"
#include "retouch/json.hpp"

namespace retouch::render {

/// {"create", "update", "delete"}: images made, records updated in place, and always 0: retouch
/// deletes no image. What was rehearsed in vain is none of them.
[[nodiscard]] Json gitlab_terraform(const PlanCounts &counts);

} // namespace retouch::render
