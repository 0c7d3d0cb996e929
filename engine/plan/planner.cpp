// A plan is made in two looks at the world, and the first is often enough.
//
// The first is at records alone: which source, which generation is there, does its fingerprint say
// that it was made from these bytes by these steps? Then nothing is to be built, and what is left
// are properties and publish fields to be set. No guest is opened, and nothing is read but records,
// so that the usual run, which has nothing to do, costs one question to the catalog.
//
// The second, only for what will be built, opens the source and asks each step what it would
// change. apply does the same on the stage it has just made, by the same functions; the plan and
// the work cannot disagree about what a step means.
//
// Nothing here can write: the faces it is given have no way to. What makes a target impossible is
// said now, before anybody agrees to it and before anything is made: limits that steps break
// whatever they do, a guest that cannot be opened here, programs the image cannot run, a name that
// two recipes claim. What apply does unasked (labels, images put aside, properties that do not come
// over) is in the plan too: a reviewer sees all of it or none of it is done.

#include "plan/planner.hpp"

#include "base/text.hpp"
#include "base/uuid.hpp"
#include "base/version.hpp"
#include "guest/command.hpp"
#include "guest/secret_guest.hpp"
#include "plan/disk_plan.hpp"
#include "plan/fact_values.hpp"
#include "plan/fingerprint.hpp"
#include "plan/guest_means.hpp"
#include "plan/images_by_id.hpp"
#include "plan/limit_check.hpp"
#include "plan/lineage.hpp"
#include "plan/properties.hpp"
#include "plan/publishing.hpp"
#include "plan/rebuild.hpp"
#include "plan/shared_name.hpp"
#include "plan/sharing.hpp"
#include "plan/source_notes.hpp"
#include "plan/source_refusals.hpp"
#include "plan/source_selection.hpp"
#include "plan/volatile_paths.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace retouch::plan {

namespace {

/// Every image whose change would change this plan.
std::vector<ImageReference> observe(const Lineage &lineage, const CountedImages &counted) {
    const std::vector<std::string> &own = counted.source.own;
    std::vector<ImageReference> observed;
    for (const Image &image : counted.images) {
        const bool is_named =
            image.name == lineage.publish_name || image.name == lineage.source.name;
        const bool counts =
            image.owner == lineage.source.owner || std::ranges::find(own, image.owner) != own.end();
        if ((is_named && counts) || image.id == lineage.source.id)
            observed.push_back(reference_to(image));
    }
    std::ranges::sort(observed, {}, &ImageReference::id);
    return observed;
}

std::optional<AskedSource> asked_source(const SourceChoice &choice, const ImageReference &source) {
    if (choice.image == source.name || choice.image == source.id || base::is_uuid(choice.image))
        return std::nullopt;
    return AskedSource{choice.image, choice.owner.value_or("")};
}

/// A changed recipe whose source is gone can only be built on the current generation.
void use_present_as_source(Lineage &lineage, const PlanOptions &options) {
    const Image &present = lineage.present.value();
    if (!options.from_current)
        throw Error(ErrorKind::failed,
                    fmt::format("the recipe changed, but the image it was built from ({}) is gone",
                                base::escape(lineage.source.id)),
                    fmt::format("build on the current generation {} with --from-current, or import "
                                "the source again under the name '{}'",
                                present.id, base::escape(lineage.publish_name)));
    lineage.source = reference_to(present);
    lineage.source_record = present;
    lineage.notes.push_back(fmt::format(
        "built on the current generation {}, as --from-current asks: earlier effects stay",
        present.id));
}

/// Images of this recipe whose detaching was interrupted.
std::vector<std::string> to_detach(const Maker &maker, const std::vector<Image> &images) {
    std::vector<std::string> ids;
    for (const Image &image : images)
        if (!image.unfinished() && maker.made(image) && image.awaits_detaching())
            ids.push_back(image.id);
    return ids;
}

void plan_update(Target &target, const Recipe &recipe, const Lineage &lineage,
                 const std::vector<Image> &images, const CatalogView &catalog,
                 const std::vector<std::string> &drop) {
    target.publish = publish_present(recipe, lineage, images);
    if (!target.publish.superseded.empty() && lineage.present->visibility == "shared")
        leave_to_members(target, catalog.members(lineage.present->id), images, catalog);
    // Another image of the same bytes may be the source by now.
    const Image *source =
        find_id(images, lineage.present->property(lineage::k_source).value_or(""));
    target.properties = properties_for_present(
        lineage.present->properties, wanted_of_present(recipe.properties, source, *lineage.present),
        drop);
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
        target.reason = "the current generation is as the recipe says";
}

void plan_held(Target &target, const Recipe &recipe, const Lineage &lineage,
               const std::vector<Image> &images, const TakenBack &taken) {
    target.action = Action::held;
    target.publish = publish_present(recipe, lineage, images);
    target.publish.changed_fields.clear();
    target.publish.superseded.clear();
    target.detach.clear();
    target.reason =
        fmt::format("image {} is as the recipe says, but was hidden, and image {} shown "
                    "in its place: change the recipe, or show image {} again",
                    taken.id, taken.shown, taken.id);
}

std::string reason_to_create(const Lineage &lineage, bool has_secrets) {
    if (!lineage.present)
        return "no generation of this recipe is there yet";
    const auto digest = lineage.present->property(lineage::k_source_digest);
    if (digest != lineage.source.digest)
        return "the source image changed";
    return has_secrets ? "the recipe changed, or one of its secrets" : "the recipe changed";
}

void refuse_format(const std::string &format, const Recipe &recipe, const CatalogView &catalog) {
    if (recipe.output && format != "raw" && catalog.has_projects())
        throw Error(ErrorKind::refused,
                    fmt::format("catalog {} keeps raw images in Ceph, and the recipe wants {}",
                                base::escape(catalog.name()), format),
                    "take output.format out of the recipe; retouch export writes other formats");
}

void plan_create(Target &target, const Recipe &recipe, const Lineage &lineage,
                 const std::vector<Image> &images, const CatalogView &catalog,
                 const std::vector<std::string> &drop) {
    const Image &source = lineage.source_record.value();
    refuse_contested_name(lineage, images);
    target.action = Action::create;
    target.reason = reason_to_create(lineage, !target.secrets.empty());
    target.disk = disk_by_record(recipe.disk, source);
    target.publish = publish_new(recipe, lineage, images);
    refuse_format(target.publish.disk_format, recipe, catalog);
    if (!is_awaited(lineage.source))
        target.publish.way = catalog.publish_way(source);
    target.publish.members =
        members_of_new(target.publish.visibility, source, lineage.present, catalog);
    leave_to_members(target, target.publish.members, images, catalog);
    if (!is_awaited(lineage.source))
        for (std::string &note : catalog.notes_on(source))
            target.notes.push_back(std::move(note));
    target.properties =
        properties_for_new(source.properties, wanted_of_new(recipe.properties, source), drop);
    for (std::string &note : notes_on_what_comes_over(recipe, source, target.properties))
        target.notes.push_back(std::move(note));
    if (catalog.has_projects())
        for (std::string &note : notes_on_amounts(target))
            target.notes.push_back(std::move(note));
    for (std::string &note : notes_on_shared_name(lineage, images))
        target.notes.push_back(std::move(note));
}

/// What the current generation was made from keeps the digest it was known by then.
void keep_known_digest(Lineage &lineage) {
    if (!lineage.present || !lineage.source_record ||
        lineage.present->property(lineage::k_source) != lineage.source.id)
        return;
    const auto known = lineage.present->property(lineage::k_source_digest);
    if (known && lineage.source_record->has_digest(*known))
        lineage.source.digest = *known;
}

std::string fingerprint_of(const CheckedRecipe &checked, const Lineage &lineage) {
    return fingerprint(lineage.source.digest, checked.steps, checked.recipe.disk,
                       checked.recipe.output, checked.secrets, checked.facts);
}

/// A limit that steps break whatever they do is told before any of them runs.
void refuse_forbidden_steps(const Target &target) {
    std::string lines;
    for (const Violation &violation : forbidden_steps(target))
        lines += "\n  " + describe(violation, target);
    if (!lines.empty())
        throw Error(ErrorKind::refused, "steps of the recipe go beyond its own limits" + lines,
                    "fix the step, or widen the limit if this is meant");
}

} // namespace

Target plan_target(const CheckedRecipe &checked, Lineage lineage, const CountedImages &counted,
                   const CatalogView &catalog, const PlanOptions &options) {
    const Recipe &recipe = checked.recipe;
    const std::vector<Image> &images = counted.images;
    Target target;
    target.recipe = {recipe.path.string(), recipe.directory.string(), recipe.sha256, recipe.name};
    keep_known_digest(lineage);
    target.fingerprint = fingerprint_of(checked, lineage);
    const bool is_as_wanted =
        lineage.present && lineage.present->property(lineage::k_fingerprint) == target.fingerprint;
    RebuildWish again;
    if (is_as_wanted)
        again = rebuild_wish(lineage, recipe, {options.rebuild, !options.leave_packages});
    const bool built = is_as_wanted && again.reason.empty();
    const auto taken = taken_back(lineage, images, target.fingerprint);
    if (!built && !taken && !lineage.source_record) {
        use_present_as_source(lineage, options);
        target.fingerprint = fingerprint_of(checked, lineage);
    }
    target.source = lineage.source;
    target.asked_source = asked_source(counted.source, lineage.source);
    if (lineage.present)
        target.present = reference_to(*lineage.present);
    target.notes = lineage.notes;
    for (const std::string &id : lineage.maker.refuted)
        target.notes.push_back(why_refuted(id));
    if (checked.awaited)
        target.notes.push_back(fmt::format("the source is not in the catalog yet: apply fetches {} "
                                           "({})",
                                           base::escape(checked.awaited->place),
                                           base::escape(checked.awaited->download)));
    target.observed = observe(lineage, counted);
    target.injected = checked.injected;
    target.secrets = checked.secrets;
    target.facts = checked.facts;
    target.detach = to_detach(lineage.maker, images);
    target.limits = recipe.limits;
    target.disk = disk_as_built(recipe.disk);
    target.output = recipe.output;
    target.volatile_paths = volatile_paths(recipe.volatile_paths);
    const std::vector<std::string> drop =
        dropped_names(recipe.drop_properties, options.drop_properties);
    if (taken)
        plan_held(target, recipe, lineage, images, *taken);
    else if (built)
        plan_update(target, recipe, lineage, images, catalog, drop);
    else
        plan_create(target, recipe, lineage, images, catalog, drop);
    if (target.action == Action::create && !again.reason.empty()) {
        target.reason = std::move(again.reason);
        target.unless_packages = std::move(again.unless_packages);
    }
    for (const Step &step : checked.steps)
        target.steps.push_back({step, {}, std::nullopt});
    if (taken || built)
        for (PlannedStep &step : target.steps)
            step.change = {StepState::unchanged,
                           taken ? fmt::format("image {} has it", taken->id)
                                 : std::string("the current generation has it"),
                           ""};
    else
        refuse_forbidden_steps(target);
    return target;
}

namespace {

/// As far as it is known before its bytes are there.
Image awaited_image(const Recipe &recipe, const AwaitedSource &awaited,
                    const CatalogView &catalog) {
    Image image;
    image.name = recipe.source_image;
    image.owner = catalog.project();
    if (!catalog.has_projects()) // an image service gets raw ones
        image.disk_format.clear();
    const std::size_t colon = awaited.download.find(':');
    image.checksums[awaited.download.substr(0, colon)] = awaited.download.substr(colon + 1);
    return image;
}

} // namespace

Plan resolve_plan(const CheckedRecipe &checked, const CatalogView &catalog,
                  const PlanOptions &options) {
    if (!is_settled(checked.recipe)) {
        CheckedRecipe known = checked;
        known.recipe = settled(checked.recipe, catalog);
        return resolve_plan(known, catalog, options);
    }
    const Recipe &recipe = checked.recipe;
    Plan plan;
    plan.tool = base::k_tool;
    plan.catalog = catalog.name();
    if (recipe.publish.owner && recipe.publish.owner != catalog.project())
        catalog.require_project(*recipe.publish.owner);
    const CountedImages counted = counted_images(recipe, catalog);
    Lineage lineage =
        checked.awaited
            ? lineage_of(awaited_image(recipe, *checked.awaited, catalog), counted.images,
                         counted.maker, recipe.publish.name)
            : resolve_lineage(counted.images, counted.maker, counted.source, recipe.publish.name);
    plan.targets.push_back(plan_target(checked, std::move(lineage), counted, catalog, options));
    return plan;
}

/// What will be run must be able to; told before anybody agrees to it.
void require_runnable(const Target &target, const Facts &facts) {
    const auto will_run = [](const PlannedStep &planned) {
        const StepState state = planned.change.state;
        return find_step_kind(planned.step.kind)->needs(planned.step).runnable &&
               (state == StepState::unknown || state == StepState::change);
    };
    if (std::ranges::any_of(target.steps, will_run))
        guest::require_programs_to_run(facts);
}

Plan make_plan(const CheckedRecipe &checked, const CatalogView &catalog, const PlanOptions &options,
               const OpenView &open_view, GuestKind guest) {
    Plan plan = resolve_plan(checked, catalog, options);
    for (Target &target : plan.targets) {
        if (target.action != Action::create || (target.steps.empty() && !target.disk))
            continue;
        if (is_awaited(target.source)) {
            for (PlannedStep &planned : target.steps)
                planned.change.reason = "known when the source has been fetched";
            continue;
        }
        require_means(target, guest);
        const auto source = catalog.find(target.source.id);
        if (!source)
            throw Error(ErrorKind::temporary,
                        fmt::format("image {} vanished while the plan was made", target.source.id),
                        "run the command again");
        const Disk disk = catalog.disk(*source);
        if (target.steps.empty() && !grows_root(target)) {
            foresee_disk(target, disk.virtual_size_bytes, std::nullopt);
            continue;
        }
        const std::shared_ptr<const GuestView> opened = open_view(disk);
        const guest::SecretView seen(*opened, checked.values);
        foresee_disk(target, disk.virtual_size_bytes, opened->facts().layout);
        for (const auto *notes : {&opened->facts().unmounted, &opened->facts().doubts})
            target.notes.insert(target.notes.end(), notes->begin(), notes->end());
        preview_steps(target, seen);
        require_runnable(target, opened->facts());
    }
    return plan;
}

} // namespace retouch::plan
