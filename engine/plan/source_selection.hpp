#pragma once
// Source selection: which image a recipe means that names its source by properties, and the name it
// publishes under where that says something of the source.

#include "retouch/catalog.hpp"
#include "retouch/recipe.hpp"

namespace retouch::plan {

/// True when settled() would change nothing.
[[nodiscard]] bool is_settled(const Recipe &recipe);

/// `recipe` with the id of the image that its source is in place of properties, and the name it
/// publishes under without facts. What a recipe made is selected only where `retouch_recipe` is
/// among the properties. Throws Error: failed when no image, or several, have the properties, and
/// as lineage does when the source is not known.
[[nodiscard]] Recipe settled(const Recipe &recipe, const CatalogView &catalog);

} // namespace retouch::plan
