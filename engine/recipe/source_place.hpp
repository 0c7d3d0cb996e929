#pragma once
// The place a recipe's source comes from: an image of the catalog, an address of the web, or a
// file. Nothing is fetched here.

#include "retouch/diagnostics.hpp"
#include "retouch/recipe.hpp"
#include "retouch/value.hpp"

#include <optional>
#include <string>
#include <vector>

namespace retouch::recipe {

// Of all: `source` stands under that key of a recipe that the schema accepts.

/// nullopt for an image of the catalog.
[[nodiscard]] std::optional<SourceFile> source_file(const Value &source);

/// The last name of the address or path.
[[nodiscard]] std::string source_file_name(const Value &source);

/// An error unless it names one place, with what that needs.
void check_source(const Value &recipe, const RecipeFile &file, Diagnostics &found);

/// An error for each text of the recipe that names what only an image of the catalog has, where its
/// source is none. `files` as marks count them.
void check_record_facts(const Value &recipe, const std::vector<RecipeFile> &files,
                        Diagnostics &found);

} // namespace retouch::recipe
