#include "plan/check.hpp"

#include "plan/fact_values.hpp"
#include "plan/projections.hpp"
#include "plan/secrets.hpp"
#include "plan/step_order.hpp"

#include "recipe/load.hpp"
#include "recipe/work_tree.hpp"
#include "steps/repositories/openpgp_armor.hpp"
#include "steps/repositories/openpgp_key.hpp"
#include "steps/support/host_place.hpp"

#include <algorithm>
#include <iterator>

namespace retouch::plan {

namespace {

/// Sections of one system.
ReadResult read_projection(const std::vector<Section> &sections, bool in_given_order,
                           const ReadContext &context, Diagnostics &found) {
    ReadResult all;
    for (const Section &section : sections) {
        require_places_of_secrets(section, context, found);
        ReadResult read = find_step_kind(section.kind)->read(section, context, found);
        std::ranges::move(read.steps, std::back_inserter(all.steps));
        std::ranges::move(read.injected, std::back_inserter(all.injected));
    }
    if (in_given_order)
        refuse_late(all.steps, context, found);
    else
        move_late(all.steps);
    return all;
}

void add_injected(std::vector<InjectedFile> &all, std::vector<InjectedFile> more) {
    for (InjectedFile &file : more)
        if (std::ranges::find(all, file) == all.end())
            all.push_back(std::move(file));
}

CheckedRecipe read_sections(std::vector<Section> sections, bool in_given_order,
                            const ReadContext &context, Diagnostics &found) {
    if (!in_given_order)
        std::ranges::stable_sort(sections, {}, [](const Section &section) {
            return find_step_kind(section.kind)->order;
        });
    CheckedRecipe checked;
    std::set<std::string> systems = systems_named(sections);
    if (systems.empty()) {
        ReadResult read = read_projection(sections, in_given_order, context, found);
        checked.steps = std::move(read.steps);
        checked.injected = std::move(read.injected);
        number(checked.steps);
        return checked;
    }
    systems.insert(k_other_systems);
    std::vector<SystemSteps> projections;
    for (const std::string &system : systems) {
        ReadResult read = read_projection(sections_for(system, sections, context, found),
                                          in_given_order, context, found);
        projections.push_back({system, std::move(read.steps)});
        add_injected(checked.injected, std::move(read.injected));
    }
    checked.steps = merged_steps(std::move(projections));
    number(checked.steps);
    return checked;
}

std::string key_packets(const Value &from, const steps::Reader &reader) {
    constexpr std::size_t k_largest_key_file = std::size_t{256} * 1024;
    const auto bytes = steps::read_host_file(from, k_largest_key_file, "", reader);
    if (!bytes)
        return {};
    const auto keys = steps::openpgp_keys(*bytes);
    if (!keys)
        reader.error(from.mark, "this is no public key of OpenPGP",
                     "export it: gpg --armor --export KEY > FILE");
    return keys ? steps::without_armor(keys->armored) : std::string();
}

/// What this host has of a source: its file, or the key that signs it.
void read_source(const SourceFile &source, const ReadContext &context, CheckedRecipe &checked,
                 Diagnostics &found) {
    const steps::Reader reader{context, found};
    if (source.key)
        checked.source_key = key_packets(*source.key, reader);
    if (!source.url.empty())
        return;
    const Value &file = source.file;
    checked.source_path = (context.file(file.mark).directory / file.scalar).lexically_normal();
    static_cast<void>(steps::require_host_place(checked.source_path, file, reader));
}

} // namespace

std::vector<CheckedRecipe> check_recipe(const std::filesystem::path &path,
                                        const recipe::GivenVariables &given,
                                        Diagnostics &diagnostics,
                                        const AllowedDirectories &allowed) {
    Diagnostics found;
    std::vector<CheckedRecipe> all;
    for (recipe::LoadedRecipe &loaded : recipe::load_recipes(path, given)) {
        found.merge(std::move(loaded.diagnostics));
        const std::filesystem::path root = recipe::host_root_of(loaded.files.at(0).directory);
        const ReadContext context{std::move(loaded.files), root, allowed};
        const bool in_given_order = loaded.recipe && loaded.recipe->in_given_order;
        CheckedRecipe checked =
            read_sections(loaded.recipe ? loaded.recipe->sections : std::move(loaded.sections),
                          in_given_order, context, found);
        const std::set<std::string> named = note_secrets(checked.steps);
        if (loaded.recipe && loaded.recipe->source_file)
            read_source(*loaded.recipe->source_file, context, checked, found);
        if (loaded.recipe)
            checked.secrets = used_secrets(loaded.recipe->secrets, named, context, found);
        if (loaded.recipe)
            checked.facts = facts_of_result(*loaded.recipe);
        for (const RecipeFile &file : context.files)
            for (const auto &[name, value] : file.variables)
                checked.variables.insert(name);
        if (loaded.recipe)
            checked.recipe = *std::move(loaded.recipe);
        all.push_back(std::move(checked));
    }
    const bool failed = found.has_errors();
    diagnostics.merge(std::move(found));
    return failed ? std::vector<CheckedRecipe>() : std::move(all);
}

} // namespace retouch::plan
