#pragma once
// Selection: which of many images a call is about (--only, --except), by the names they are
// published under.

#include "plan/check.hpp"
#include "plan/planner.hpp"
#include "retouch/catalog.hpp"
#include "retouch/plan.hpp"

#include <string>
#include <vector>

namespace retouch::cli {

struct Selection {
    std::vector<std::string> only;   ///< globs; empty: all
    std::vector<std::string> except; ///< globs

    [[nodiscard]] bool empty() const { return only.empty() && except.empty(); }

    [[nodiscard]] bool takes(const std::string &name) const;
};

/// The recipe once for each image that its source means and the selection takes. Throws Error, as
/// planning does where a name is not known without it.
[[nodiscard]] std::vector<plan::CheckedRecipe> selected_sources(const plan::CheckedRecipe &checked,
                                                                const Selection &selection,
                                                                const CatalogView &catalog,
                                                                const plan::PlanOptions &options);

/// Leaves the targets out that are not taken. Throws Error: usage, when none is left.
void select_targets(Plan &plan, const Selection &selection);

/// Throws Error: usage, for a call that came to `count` images.
void require_some(std::size_t count, const Selection &selection);

} // namespace retouch::cli
