#pragma once
// Source notes: what a reviewer would miss or wonder at when a new image takes over the record of
// its source. Words only; what comes over is decided by properties and publishing.

#include "retouch/image.hpp"
#include "retouch/plan.hpp"
#include "retouch/recipe.hpp"

#include <string>
#include <vector>

namespace retouch::plan {

/// For a new image: tags that stay behind, a signature that no longer holds, and properties by
/// which Nova makes more of a machine than its bytes. `changes` are those of the new image.
/// Escaped.
[[nodiscard]] std::vector<std::string>
notes_on_what_comes_over(const Recipe &recipe, const Image &source, const PropertyChanges &changes);

/// Where properties or tags of the new image are more than an image service takes as it comes.
/// Escaped. Requires: `target` has both.
[[nodiscard]] std::vector<std::string> notes_on_amounts(const Target &target);

} // namespace retouch::plan
