#include "plan/check.hpp"

#include "recipe/load.hpp"
#include "recipe/work_tree.hpp"

#include <algorithm>
#include <iterator>

namespace retouch::plan {

namespace {

/// Sections in running order, whatever their order in the file.
CheckedRecipe read_sections(const std::vector<Section> &sections, const ReadContext &context,
                            Diagnostics &found) {
    CheckedRecipe checked;
    for (const StepKind *kind : step_kinds())
        for (const Section &section : sections)
            if (section.kind == kind->name) {
                ReadResult read = kind->read(section, context, found);
                std::ranges::move(read.steps, std::back_inserter(checked.steps));
                std::ranges::move(read.injected, std::back_inserter(checked.injected));
            }
    return checked;
}

} // namespace

std::optional<CheckedRecipe> check_recipe(const std::filesystem::path &path,
                                          const std::map<std::string, std::string> &variables,
                                          Diagnostics &diagnostics,
                                          const AllowedDirectories &allowed) {
    recipe::LoadedRecipe loaded = recipe::load_recipe(path, variables);
    Diagnostics found = std::move(loaded.diagnostics);
    const ReadContext context{path.string(),
                              loaded.directory,
                              std::move(loaded.lines),
                              recipe::host_root_of(loaded.directory),
                              allowed,
                              nullptr,
                              std::move(loaded.variables)};
    CheckedRecipe checked =
        read_sections(loaded.recipe ? loaded.recipe->sections : loaded.sections, context, found);
    const bool failed = found.has_errors();
    diagnostics.merge(std::move(found));
    if (failed)
        return std::nullopt;
    checked.recipe = *std::move(loaded.recipe);
    return checked;
}

} // namespace retouch::plan
