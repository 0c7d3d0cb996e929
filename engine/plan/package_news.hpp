#pragma once
// What was built to see whether packages are newer, and whether they are.

#include "retouch/plan.hpp"

#include <map>
#include <string>

namespace retouch::plan {

/// True when an image that tells `facts` of itself is not to be published: it has the packages of
/// the one that is there.
[[nodiscard]] bool has_same_packages(const Target &target,
                                     const std::map<std::string, std::string> &facts);

/// True when a rehearsal of `target` found that.
[[nodiscard]] bool rehearsed_same_packages(const Target &target);

/// A note that says so. Requires: target.present.
[[nodiscard]] std::string why_not_needed(const Target &target);

} // namespace retouch::plan
