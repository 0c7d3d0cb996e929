#pragma once
// Shared name: other visible images of the name that is published, which this recipe neither made
// nor replaces. What becomes of its own images is publishing.hpp's.

#include "plan/lineage.hpp"
#include "retouch/image.hpp"

#include <string>
#include <vector>

namespace retouch::plan {

/// Two recipes that take turns under a name would each leave the other's image beside its own.
/// Throws Error: refused, when another recipe of the project has published since this one did.
void refuse_contested_name(const Lineage &lineage, const std::vector<Image> &images);

/// A sentence for each of them: whose it is, and what to do. Escaped.
[[nodiscard]] std::vector<std::string> notes_on_shared_name(const Lineage &lineage,
                                                            const std::vector<Image> &images);

} // namespace retouch::plan
