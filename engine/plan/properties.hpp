#pragma once
// Which properties a published image gets: those of the source carried over minus the ones that
// describe other bytes, then the recipe's. Only differences; lineage properties are apply's.

#include "retouch/plan.hpp"

#include <map>
#include <optional>
#include <string>

namespace retouch {

using Properties = std::map<std::string, std::string>;
using WantedProperties = std::map<std::string, std::optional<std::string>>;

/// Properties that must not follow an image whose contents change: signatures and digests of the
/// old bytes, encryption keys tied to the old record, leftovers of instance snapshots, and what
/// bears the name of a field that the catalog itself keeps.
[[nodiscard]] bool describes_other_bytes(const std::string &name);

/// Against the source's, for a new image: what is denied is removed.
[[nodiscard]] PropertyChanges properties_for_new(const Properties &source,
                                                 const WantedProperties &wanted);

/// Against a present generation's: only what the recipe names converges.
[[nodiscard]] PropertyChanges properties_for_present(const Properties &present,
                                                     const WantedProperties &wanted);

} // namespace retouch
