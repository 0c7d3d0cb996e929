#pragma once
// Record drift: a published image's record compared with what it should hold. A pure function over
// values: nothing is asked of a catalog here.

#include "plan/check.hpp"
#include "retouch/drift.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace retouch::plan {

/// What a record is compared with.
struct ExpectedRecord {
    const Recipe &recipe;
    /// Those the recipe names, with what they name of images put in.
    std::map<std::string, std::optional<std::string>> properties;
    std::string publish_name;
    const Image *source = nullptr;     ///< what it was made of; nullptr when that is gone
    const Image *covered_by = nullptr; ///< a later image built on it that holds the name
    /// Globs of properties that the image shall not have, the recipe's and the catalog's.
    std::vector<std::string> drop = {};
    /// What a changed recipe names otherwise is no drift, and what it named before is not known.
    bool recipe_changed = false;
    /// Apply will build a new image; so it fixes by replacing, and does not touch this one.
    bool rebuilds = false;
};

/// Status, hidden, name, publish fields, properties, in this order; of a changed recipe the first
/// two.
[[nodiscard]] std::vector<Deviation> record_drift(const Image &image,
                                                  const ExpectedRecord &expected);

} // namespace retouch::plan
