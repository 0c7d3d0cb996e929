// Replanning: a field that is as the record has it was inherited and may be anything; one that
// differs was chosen, and the recipe's schema judges it. The rest is the planner's work.

#include "plan/replan.hpp"

#include "plan/fact_values.hpp"
#include "plan/images_by_id.hpp"
#include "plan/placed_values.hpp"
#include "plan/planner.hpp"
#include "plan/publishing.hpp"
#include "plan/saved_plan.hpp"
#include "recipe/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace retouch::plan {

namespace {

Error gone(const std::string &what, const std::string &id) {
    return {ErrorKind::stale, fmt::format("the {} {} is gone", what, id),
            "make a new plan with `retouch plan -o FILE RECIPE` and review it"};
}

/// The record that fields come from which the recipe leaves open.
const Image &base_of(const Target &target, const std::vector<Image> &images) {
    const bool is_new = target.action == Action::create;
    const std::string &id = is_new ? target.source.id : target.present.value().id;
    if (const Image *found = find_id(images, id))
        return *found;
    throw gone(is_new ? "source image" : "image", id);
}

/// The recipe names the source by its id, or a generation that was made from it. It is the
/// generation when that source is gone, and is built on with --from-current.
Lineage lineage_as_planned(const Target &target, const Maker &maker,
                           const std::vector<Image> &images) {
    std::optional<Lineage> named;
    for (const Image &image : images) {
        const bool is_source = image.id == target.source.id;
        if (!is_source && image.property(lineage::k_source) != target.source.id)
            continue;
        if (!is_source && !maker.made(image))
            continue;
        Lineage found = lineage_of(image, images, maker, target.publish.name);
        if (found.source == target.source)
            return found;
        if (is_source || !named)
            named = std::move(found);
    }
    if (!named)
        throw gone("source image", target.source.id);
    return *std::move(named);
}

/// What the recipe's `publish` says, as far as it differs from what is borne already.
Json chosen_fields(const Target &target, const Image &base, const Lineage &lineage) {
    const PublishPlan &publish = target.publish;
    Json chosen = Json::object();
    const bool is_borne = publish.name == lineage.source.name ||
                          (lineage.present && publish.name == lineage.present->name);
    if (!is_borne)
        chosen["name"] = publish.name;
    if (publish.visibility != base.visibility)
        chosen["visibility"] = publish.visibility;
    if (publish.tags != (target.action == Action::create ? carried_tags(base) : base.tags))
        chosen["tags"] = publish.tags;
    if (publish.min_disk_gib != base.min_disk_gib)
        chosen["min_disk"] = publish.min_disk_gib;
    if (publish.min_ram_mib != base.min_ram_mib)
        chosen["min_ram"] = publish.min_ram_mib;
    if (publish.is_protected != base.stays_protected())
        chosen["protected"] = publish.is_protected;
    if (publish.owner != lineage.source.owner)
        chosen["owner"] = publish.owner;
    return chosen;
}

void require_choosable(const Json &chosen, const std::string &recipe_name,
                       const std::string &place) {
    PlacedValues values;
    Value recipe = values.value({{"retouch", 1},
                                 {"name", name_in_file(recipe_name, "recipe.name")},
                                 {"source", {{"image", "source"}}}},
                                "recipe");
    Value publish = values.value(chosen, place);
    recipe.fields.push_back({"publish", publish.mark, std::move(publish)});
    Diagnostics found;
    recipe::check_recipe_value(recipe, found);
    for (const Diagnostic &diagnostic : found.sorted())
        if (diagnostic.severity == Diagnostic::Severity::error)
            throw unacceptable(values.place(diagnostic.position.line), diagnostic.message);
}

/// The recipe as far as the plan tells it.
CheckedRecipe recipe_of(const Target &target) {
    const PlannedRecipe &planned = target.recipe;
    const PublishPlan &wanted = target.publish;
    CheckedRecipe checked;
    Recipe &recipe = checked.recipe;
    recipe.path = planned.path;
    recipe.directory = planned.directory;
    recipe.sha256 = planned.sha256;
    recipe.name = planned.name;
    for (const auto &[name, value] : target.properties.set)
        recipe.properties[name] = value;
    for (const std::string &name : target.properties.remove)
        recipe.properties[name] = std::nullopt;
    recipe.drop_properties = target.properties.drop;
    if (target.disk)
        recipe.disk = target.disk->wish;
    recipe.output = target.output;
    Publish &publish = recipe.publish;
    publish.name = wanted.name;
    publish.visibility = wanted.visibility;
    publish.previous =
        wanted.superseded.empty() ? PreviousPolicy::keep : wanted.superseded.front().policy;
    publish.lineage = wanted.lineage;
    publish.tags = wanted.tags;
    publish.min_disk_gib = wanted.min_disk_gib;
    publish.min_ram_mib = wanted.min_ram_mib;
    publish.is_protected = wanted.is_protected;
    publish.owner = wanted.owner;
    recipe.limits = target.limits;
    for (const PlannedStep &step : target.steps)
        checked.steps.push_back(step.step);
    checked.injected = target.injected;
    checked.secrets = target.secrets;
    checked.facts = target.facts;
    return checked;
}

/// Another day gives another name; it must be one that planning gives on some day, and free now.
void keep_dated_names(const PublishPlan &planned, const std::vector<Image> &images,
                      PublishPlan &now) {
    if (planned.superseded.size() != now.superseded.size())
        return;
    std::unordered_map<std::string_view, int> uses;
    for (const Superseded &former : planned.superseded)
        ++uses[former.new_name];
    for (const Image &image : images)
        ++uses[image.name];
    for (std::size_t i = 0; i < now.superseded.size(); ++i) {
        const Superseded &former = planned.superseded[i];
        if (former.image == now.superseded[i].image && !now.superseded[i].new_name.empty() &&
            uses.at(former.new_name) == 1 && is_dated_name(former.new_name, former.image.name))
            now.superseded[i].new_name = former.new_name;
    }
}

/// Bytes can always be sent to an image service; the host that planned may have had no other way.
bool is_open(PublishMethod planned, PublishMethod now) {
    return planned == now || (planned == PublishMethod::upload && now != PublishMethod::local);
}

/// What has been freed of its source is not looked for; what was planned must still need it.
void keep_detached(const std::vector<std::string> &planned, std::vector<std::string> &now) {
    const bool all_need_it = std::ranges::all_of(
        planned, [&](const auto &id) { return std::ranges::find(now, id) != now.end(); });
    if (all_need_it)
        now = planned;
}

} // namespace

Target replanned(const Target &target, const std::string &place, const CatalogView &catalog) {
    const PlannedRecipe &recipe = target.recipe;
    const CountedImages counted = counted_images(target, recipe.name, catalog);
    const std::vector<Image> &images = counted.images;
    const Image &base = base_of(target, images);
    Lineage lineage = lineage_as_planned(target, counted.maker, images);
    require_choosable(chosen_fields(target, base, lineage), recipe.name, place + ".publish");
    // One that was as the recipe says was to be built again, unless that has been done.
    const bool rebuild = target.action == Action::create && target.present && lineage.present &&
                         lineage.present->id == target.present->id;
    const std::string packages = lineage.present ? packages_of(*lineage.present) : std::string();
    Target now = plan_target(recipe_of(target), std::move(lineage), counted, catalog,
                             {.from_current = true, .rebuild = rebuild});
    if (rebuild && target.unless_packages == packages)
        now.unless_packages = packages;
    keep_dated_names(target.publish, images, now.publish);
    if (is_open(target.publish.way.method, now.publish.way.method))
        now.publish.way.method = target.publish.way.method;
    keep_detached(target.detach, now.detach);
    return now;
}

} // namespace retouch::plan
