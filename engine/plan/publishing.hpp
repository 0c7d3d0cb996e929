#pragma once
// Publishing: how a result will appear in the catalog, every default resolved, and which images
// lose the name to it. Values only; apply does it.

#include "plan/lineage.hpp"
#include "retouch/plan.hpp"
#include "retouch/recipe.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::plan {

/// The tags a new image takes over: without those by which other managers of images know theirs
/// (managed_by:NAME, managed_by_NAME); each once, sorted.
[[nodiscard]] std::vector<std::string> carried_tags(const Image &source);

/// For a new image: fields the recipe leaves open come from the source. Requires: the source's
/// record is there.
[[nodiscard]] PublishPlan publish_new(const Recipe &recipe, const Lineage &lineage,
                                      const std::vector<Image> &images);

/// For the current generation: fields the recipe leaves open stay; changed_fields names the rest.
/// Requires: lineage.present.
[[nodiscard]] PublishPlan publish_present(const Recipe &recipe, const Lineage &lineage,
                                          const std::vector<Image> &images);

/// What somebody put in the place of what a recipe describes.
struct TakenBack {
    std::string id;    ///< the generation that was hidden
    std::string shown; ///< the image before it, which has the name again
};

/// Tells that the last image of `fingerprint` was hidden and one before it shown, as no run does:
/// publishing again would undo what a person did. nullopt otherwise.
[[nodiscard]] std::optional<TakenBack> taken_back(const Lineage &lineage,
                                                  const std::vector<Image> &images,
                                                  const std::string &fingerprint);

/// Nine of the names that a former image of `name` may be renamed to today, in order, from the
/// `first` on.
[[nodiscard]] std::vector<std::string> likely_dated_names(const std::string &name, int first = 1);

/// Whether a former image of `name` may be renamed to `dated`: NAME-YYYYMMDD or NAME-YYYYMMDD-N.
[[nodiscard]] bool is_dated_name(std::string_view dated, std::string_view name);

/// Visible images of the published name that no rule of this lineage covers, for a note.
[[nodiscard]] std::vector<Image> bystanders(const Lineage &lineage,
                                            const std::vector<Image> &images);

} // namespace retouch::plan
