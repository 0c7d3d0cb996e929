#pragma once
// Target groups: the images of a plan that get the same, so that a reader sees it once. With a
// rehearsal that is what it really did, else what is foreseen.

#include "retouch/plan.hpp"

#include <string>
#include <vector>

namespace retouch::render {

/// Targets of one recipe; never empty.
using TargetGroup = std::vector<const Target *>;

/// In the order of their first targets. Borrows `targets`.
[[nodiscard]] std::vector<TargetGroup> target_groups(const std::vector<Target> &targets);

/// "debian-12, web-01..web-28 (28)": names in their order, those counted on as their ends; escaped.
[[nodiscard]] std::string name_ranges(const std::vector<std::string> &names);

/// Of what its targets publish.
[[nodiscard]] std::string names_of(const TargetGroup &group);

} // namespace retouch::render
