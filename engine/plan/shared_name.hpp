#pragma once
// Shared name: other visible images of the name that is published, which this recipe neither made
// nor replaces. What becomes of its own images is publishing.hpp's.

#include "plan/lineage.hpp"
#include "retouch/image.hpp"
#include "retouch/plan.hpp"

#include <string>
#include <vector>

namespace retouch::plan {

/// Two recipes that take turns under a name would each leave the other's image beside its own.
/// Throws Error: refused, when another recipe of the project has published since this one did.
void refuse_contested_name(const Lineage &lineage, const std::vector<Image> &images);

/// Two targets of `plan` that would take the name from each other, as they publish under one name
/// for one project: a sentence that names both, escaped; empty: there are none.
[[nodiscard]] std::string shared_name_in(const Plan &plan);

/// Throws Error: refused, for such two.
void require_distinct_names(const Plan &plan);

/// A sentence for each of them: whose it is, and what to do. Escaped.
[[nodiscard]] std::vector<std::string> notes_on_shared_name(const Lineage &lineage,
                                                            const std::vector<Image> &images);

} // namespace retouch::plan
