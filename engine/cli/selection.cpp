#include "cli/selection.hpp"

#include "base/path_glob.hpp"
#include "plan/many_sources.hpp"
#include "retouch/error.hpp"

#include <algorithm>

namespace retouch::cli {

bool Selection::takes(const std::string &name) const {
    const auto matches = [&](const std::string &glob) { return base::matches_name(glob, name); };
    return (only.empty() || std::ranges::any_of(only, matches)) &&
           std::ranges::none_of(except, matches);
}

std::vector<plan::CheckedRecipe> selected_sources(const plan::CheckedRecipe &checked,
                                                  const Selection &selection,
                                                  const CatalogView &catalog,
                                                  const plan::PlanOptions &options) {
    std::vector<plan::CheckedRecipe> sources = plan::for_each_source(checked, catalog);
    if (!selection.empty())
        std::erase_if(sources, [&](const plan::CheckedRecipe &one) {
            return !selection.takes(
                plan::resolve_plan(one, catalog, options).targets.at(0).publish.name);
        });
    return sources;
}

void select_targets(Plan &plan, const Selection &selection) {
    std::erase_if(plan.targets,
                  [&](const Target &target) { return !selection.takes(target.publish.name); });
    require_some(plan.targets.size(), selection);
}

void require_some(std::size_t count, const Selection &selection) {
    if (count == 0 && !selection.empty())
        throw Error(ErrorKind::usage, "no image is left of those that --only and --except name",
                    "they take the names that images are published under, or patterns of them");
}

} // namespace retouch::cli
