#pragma once
// Drift: what the last apply published compared with what catalog and store hold now. It gets
// read-only faces and fixes nothing. What is expected follows from the recipe and from the image
// the generation was made of; docs/drift.md says how.

#include "plan/check.hpp"
#include "plan/lineage.hpp"
#include "plan/planner.hpp"
#include "retouch/catalog.hpp"
#include "retouch/drift.hpp"

#include <optional>
#include <string>
#include <vector>

namespace retouch::plan {

/// The image `maker` published last under `publish_name`, whatever became of its name and status:
/// the last that has the name; when none does, the last with the `fingerprint`, else the last of
/// all. Several recipes may make the same of several images: then the name alone tells them apart.
[[nodiscard]] std::optional<Image> last_generation(const std::vector<Image> &images,
                                                   const Maker &maker,
                                                   const std::string &publish_name,
                                                   const std::string &fingerprint);

/// Throws Error when catalog or store do not answer, and as resolve_plan() does when the recipe has
/// no image yet and could make none.
[[nodiscard]] DriftReport find_drift(const CheckedRecipe &checked, const CatalogView &catalog,
                                     const PlanOptions &plan_options, const DriftOptions &options);

} // namespace retouch::plan
