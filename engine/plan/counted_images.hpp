#pragma once
// Counted images: the records a recipe may have to do with, and whose they are. Those of other
// projects are asked for only where the recipe, the configuration or the current generation names
// the project: whatever somebody else calls an image, it is not looked at because of its name.

#include "plan/lineage.hpp"
#include "retouch/catalog.hpp"
#include "retouch/recipe.hpp"

#include <set>
#include <string>
#include <vector>

namespace retouch::plan {

struct CountedImages {
    Maker maker;
    SourceChoice source;
    std::vector<Image> images; ///< oldest first
};

/// For planning `recipe`. Borrows `catalog` until the source is chosen. Throws Error when the
/// catalog does not answer.
[[nodiscard]] CountedImages counted_images(const Recipe &recipe, const CatalogView &catalog);

/// Ids of the images `target` was planned with.
[[nodiscard]] std::set<std::string> observed_ids(const Target &target);

/// For a target of a saved plan of the recipe `recipe_name`: what counted then.
[[nodiscard]] CountedImages counted_images(const Target &target, const std::string &recipe_name,
                                           const CatalogView &catalog);

} // namespace retouch::plan
