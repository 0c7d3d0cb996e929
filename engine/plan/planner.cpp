#include "plan/planner.hpp"

#include "base/text.hpp"
#include "base/version.hpp"
#include "plan/fingerprint.hpp"
#include "plan/guest_means.hpp"
#include "plan/limit_check.hpp"
#include "plan/lineage.hpp"
#include "plan/properties.hpp"
#include "plan/publishing.hpp"
#include "plan/volatile_paths.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace retouch {

namespace {

/// Every image whose change would change this plan.
std::vector<ImageReference> observe(const Lineage &lineage, const std::vector<Image> &images) {
    std::vector<ImageReference> observed;
    for (const Image &image : images)
        if (image.name == lineage.publish_name || image.name == lineage.source.name ||
            image.id == lineage.source.id)
            observed.push_back(reference_to(image));
    std::ranges::sort(observed, {}, &ImageReference::id);
    return observed;
}

/// A changed recipe whose source is gone can only be built on the present generation.
void use_present_as_source(Lineage &lineage, const PlanOptions &options) {
    const Image &present = lineage.present.value();
    if (!options.from_current)
        throw Error(ErrorKind::failed,
                    fmt::format("the recipe changed, but the image it was built from ({}) is gone",
                                escape(lineage.source.id)),
                    fmt::format("build on the present generation {} with --from-current, or import "
                                "the source again under the name '{}'",
                                present.id, escape(lineage.publish_name)));
    lineage.source = reference_to(present);
    lineage.source_record = present;
    lineage.notes.push_back(fmt::format(
        "built on the present generation {}, as --from-current asks: earlier effects stay",
        present.id));
}

/// Images of this recipe whose detaching was interrupted.
std::vector<std::string> to_detach(const std::string &recipe_name,
                                   const std::vector<Image> &images) {
    std::vector<std::string> ids;
    for (const Image &image : images)
        if (!image.unfinished() && image.property(lineage::k_recipe) == recipe_name &&
            image.property(lineage::k_detach) == "pending")
            ids.push_back(image.id);
    return ids;
}

void plan_update(Target &target, const Recipe &recipe, const Lineage &lineage,
                 const std::vector<Image> &images) {
    target.publish = publish_present(recipe, lineage, images);
    target.properties = properties_for_present(lineage.present->properties, recipe.properties);
    const bool converged = target.properties.set.empty() && target.properties.remove.empty() &&
                           target.publish.changed_fields.empty() &&
                           target.publish.superseded.empty();
    target.action = converged && target.detach.empty() ? Action::none : Action::update;
    if (!target.publish.superseded.empty() && target.publish.changed_fields.empty())
        target.reason =
            "contents are as the recipe says; an image it replaced is visible beside it";
    else if (!converged)
        target.reason = "contents are as the recipe says; properties or publish fields differ";
    else if (!target.detach.empty())
        target.reason = "as the recipe says, but it still shares data with its source";
    else
        target.reason = "the present generation is as the recipe says";
}

std::string reason_to_create(const Lineage &lineage) {
    if (!lineage.present)
        return "no generation of this recipe is there yet";
    const auto digest = lineage.present->property(lineage::k_source_digest);
    return digest == lineage.source.digest ? "the recipe changed" : "the source image changed";
}

void plan_create(Target &target, const Recipe &recipe, const Lineage &lineage,
                 const std::vector<Image> &images, const CatalogView &catalog) {
    const Image &source = lineage.source_record.value();
    target.action = Action::create;
    target.reason = reason_to_create(lineage);
    target.publish = publish_new(recipe, lineage, images);
    target.publish.way = catalog.publish_way(source);
    if (target.publish.visibility == "shared" && source.visibility == "shared")
        target.publish.members = catalog.members(source.id);
    for (std::string &note : catalog.notes_on(source))
        target.notes.push_back(std::move(note));
    target.properties = properties_for_new(source.properties, recipe.properties);
    for (const std::string &id : bystanders(recipe, lineage, images))
        target.notes.push_back(fmt::format(
            "image {} also bears the name '{}' and stays visible: this recipe did not make it", id,
            escape(lineage.publish_name)));
}

/// A limit that steps break whatever they do is told before any of them runs.
void refuse_forbidden_steps(const Target &target) {
    std::string lines;
    for (const Violation &violation : forbidden_steps(target))
        lines += "\n  " + describe(violation, target);
    if (!lines.empty())
        throw Error(ErrorKind::refused, "steps of the recipe go beyond its own limits" + lines,
                    "mend the step, or widen the limit if this is meant");
}

} // namespace

Target plan_target(const CheckedRecipe &checked, Lineage lineage, const std::vector<Image> &images,
                   const CatalogView &catalog, const PlanOptions &options) {
    const Recipe &recipe = checked.recipe;
    Target target;
    target.fingerprint = fingerprint(lineage.source.digest, checked.steps);
    const bool built =
        lineage.present && lineage.present->property(lineage::k_fingerprint) == target.fingerprint;
    if (!built && !lineage.source_record) {
        use_present_as_source(lineage, options);
        target.fingerprint = fingerprint(lineage.source.digest, checked.steps);
    }
    target.source = lineage.source;
    if (lineage.present)
        target.present = reference_to(*lineage.present);
    target.notes = lineage.notes;
    target.observed = observe(lineage, images);
    target.injected = checked.injected;
    target.detach = to_detach(recipe.name, images);
    target.limits = recipe.limits;
    target.volatile_paths = volatile_paths(recipe.volatile_paths);
    if (built)
        plan_update(target, recipe, lineage, images);
    else
        plan_create(target, recipe, lineage, images, catalog);
    for (const Step &step : checked.steps)
        target.steps.push_back({step, {}, std::nullopt});
    if (built)
        for (PlannedStep &step : target.steps)
            step.change = {StepState::unchanged, "the present generation has it", ""};
    else
        refuse_forbidden_steps(target);
    return target;
}

Plan resolve_plan(const CheckedRecipe &checked, const CatalogView &catalog,
                  const PlanOptions &options) {
    const Recipe &recipe = checked.recipe;
    Plan plan;
    plan.tool = k_tool;
    plan.recipe = {recipe.path.string(), recipe.directory.string(), recipe.sha256, recipe.name};
    plan.catalog = catalog.name();
    const std::vector<Image> images = catalog.images();
    plan.targets.push_back(plan_target(
        checked, resolve_lineage(images, recipe.name, recipe.source_image, recipe.publish.name),
        images, catalog, options));
    return plan;
}

void preview_steps(Target &target, const GuestView &guest) {
    for (PlannedStep &planned : target.steps)
        planned.change = find_step_kind(planned.step.kind)->preview(planned.step, guest);
}

Plan make_plan(const CheckedRecipe &checked, const CatalogView &catalog, const PlanOptions &options,
               const OpenView &open_view, GuestKind guest) {
    Plan plan = resolve_plan(checked, catalog, options);
    for (Target &target : plan.targets) {
        if (target.action != Action::create || target.steps.empty())
            continue;
        require_means(target, guest);
        const auto source = catalog.find(target.source.id);
        if (!source)
            throw Error(ErrorKind::temporary,
                        fmt::format("image {} vanished while the plan was made", target.source.id),
                        "run the command again");
        const std::unique_ptr<GuestView> opened = open_view(catalog.disk(*source));
        preview_steps(target, *opened);
    }
    return plan;
}

} // namespace retouch
