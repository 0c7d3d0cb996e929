#include "cli/planned_images.hpp"

#include "cli/documents.hpp"
#include "retouch/error.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace retouch::cli {

void Planned::add(Planned more) {
    if (plan.targets.empty())
        plan = std::move(more.plan);
    else
        std::ranges::move(more.plan.targets, std::back_inserter(plan.targets));
    std::ranges::move(more.kept, std::back_inserter(kept));
}

void Planned::confirm() {
    for (apply::KeptStages &stages : kept)
        stages.confirm();
}

void ImagesOfRecipe::plan(const CatalogView &catalog,
                          const std::function<Planned(const plan::CheckedRecipe &)> &act) {
    const std::vector<plan::CheckedRecipe> sources =
        selected_sources(checked_, selection_, catalog, options_);
    for (const plan::CheckedRecipe &one : sources) {
        try {
            planned_.add(act(one));
        } catch (const Error &error) {
            if (sources.size() == 1 || error.kind() == ErrorKind::interrupted)
                throw;
            context_.console.error(about_recipe(error, one.recipe.source_image));
            ++failed_;
        }
    }
    if (failed_ > 0 && failed_ == sources.size())
        throw Error(ErrorKind::failed,
                    fmt::format("none of its {} images has a plan", sources.size()),
                    "why is said above");
}

} // namespace retouch::cli
