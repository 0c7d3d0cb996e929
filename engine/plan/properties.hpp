#pragma once
// Which properties a published image gets: those of the source carried over minus the ones that
// describe other bytes or are dropped, then the recipe's. Only differences; lineage is apply's.

#include "retouch/plan.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace retouch::plan {

using Properties = std::map<std::string, std::string>;
using WantedProperties = std::map<std::string, std::optional<std::string>>;

/// Properties that must not follow an image whose contents change: signatures and digests of the
/// old bytes, encryption keys tied to the old record, leftovers of instance snapshots, dates and
/// versions by which another manager of images knows its own, and what has the name of a field
/// that the catalog itself keeps.
[[nodiscard]] bool describes_other_bytes(const std::string &name);

/// The globs of a recipe and of its catalog, each once, sorted.
[[nodiscard]] std::vector<std::string> dropped_names(std::vector<std::string> of_recipe,
                                                     const std::vector<std::string> &of_catalog);

/// Whether a glob matches; false for what retouch or the catalog keeps itself.
[[nodiscard]] bool is_dropped(const std::vector<std::string> &globs, const std::string &name);

/// Against the source's, for a new image: what is denied or dropped is removed, but for what the
/// recipe sets.
[[nodiscard]] PropertyChanges properties_for_new(const Properties &source,
                                                 const WantedProperties &wanted,
                                                 const std::vector<std::string> &drop = {});

/// Against a current generation's: only what the recipe names or drops converges.
[[nodiscard]] PropertyChanges properties_for_present(const Properties &present,
                                                     const WantedProperties &wanted,
                                                     const std::vector<std::string> &drop = {});

/// PropertyChanges::reasons, which follow from the other members.
[[nodiscard]] std::map<std::string, std::string> reasons_to_remove(const PropertyChanges &changes,
                                                                   bool is_new);

} // namespace retouch::plan
