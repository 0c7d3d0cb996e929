#include "plan/check.hpp"

#include "recipe/load.hpp"

#include <algorithm>
#include <iterator>

namespace retouch {

namespace {

/// Sections in running order, whatever their order in the file.
std::vector<const Section *> ordered_sections(const Recipe &recipe) {
    std::vector<const Section *> ordered;
    for (const StepKind *kind : step_kinds())
        for (const Section &section : recipe.sections)
            if (section.kind == kind->name)
                ordered.push_back(&section);
    return ordered;
}

} // namespace

std::optional<CheckedRecipe> check_recipe(const std::filesystem::path &path,
                                          const std::map<std::string, std::string> &variables,
                                          Diagnostics &diagnostics) {
    LoadedRecipe loaded = load_recipe(path, variables);
    if (!loaded.recipe) {
        diagnostics.merge(std::move(loaded.diagnostics));
        return std::nullopt;
    }
    Diagnostics found = std::move(loaded.diagnostics);
    CheckedRecipe checked{std::move(*loaded.recipe), {}, {}};
    const ReadContext context{path.string(), checked.recipe.directory, std::move(loaded.lines)};
    for (const Section *section : ordered_sections(checked.recipe)) {
        ReadResult read = find_step_kind(section->kind)->read(*section, context, found);
        std::ranges::move(read.steps, std::back_inserter(checked.steps));
        std::ranges::move(read.injected, std::back_inserter(checked.injected));
    }
    const bool failed = found.has_errors();
    diagnostics.merge(std::move(found));
    if (failed)
        return std::nullopt;
    return checked;
}

} // namespace retouch
