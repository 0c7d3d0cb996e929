// Finding the generation, deciding whether recipe and source are still those it was made of, and
// putting together what record and store differ in.

#include "plan/drift.hpp"

#include "base/text.hpp"
#include "base/uuid.hpp"
#include "plan/counted_images.hpp"
#include "plan/fact_values.hpp"
#include "plan/fingerprint.hpp"
#include "plan/lineage.hpp"
#include "plan/properties.hpp"
#include "plan/record_drift.hpp"
#include "plan/sharing.hpp"
#include "plan/source_refusals.hpp"
#include "plan/source_selection.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace retouch::plan {

namespace {

const Image *find_finished(const std::vector<Image> &images, const std::string &id) {
    const auto found = std::ranges::find(images, id, &Image::id);
    return found == images.end() || found->unfinished() ? nullptr : &*found;
}

/// What apply would do about a recipe, or why it would not.
struct Outlook {
    std::optional<Target> target;
    std::string refusal;
};

/// An image that is there can be looked at even when no new one could be made.
Outlook outlook(const CheckedRecipe &checked, const CatalogView &catalog,
                const PlanOptions &options, bool has_image) {
    try {
        return {resolve_plan(checked, catalog, options).targets.at(0), {}};
    } catch (const Error &error) {
        if (!has_image || (error.kind() != ErrorKind::failed && error.kind() != ErrorKind::refused))
            throw;
        return {std::nullopt, error.what()};
    }
}

/// Looks at one generation.
class Search {
  public:
    Search(const CheckedRecipe &checked, const CatalogView &catalog, const PlanOptions &options,
           CountedImages counted, Image image, DriftReport &report)
        : checked_(checked),
          options_(options),
          catalog_(catalog),
          counted_(std::move(counted)),
          image_(std::move(image)),
          report_(report) {}

    void run(const Outlook &outlook, const std::string &publish_name, const DriftOptions &options) {
        const bool rebuilds = outlook.target && outlook.target->action == Action::create;
        if (outlook.target && outlook.target->action == Action::held) {
            // Apply leaves all of it.
            report_.pending.push_back(outlook.target->reason);
        } else {
            tell_pending(outlook, rebuilds);
            compare_record(publish_name, rebuilds);
            compare_others(publish_name);
        }
        IntegrityOptions how{.read_bytes = options.read_bytes};
        if (options.against_source)
            how.same_as = source_to_compare();
        Integrity integrity = catalog_.integrity(image_, how);
        std::ranges::move(integrity.deviations, std::back_inserter(report_.drift));
        std::ranges::move(integrity.unchecked, std::back_inserter(report_.unchecked));
    }

  private:
    /// The steps are not those the image was made by, whatever the source is now.
    [[nodiscard]] bool recipe_changed() const {
        const std::string digest = image_.property(lineage::k_source_digest).value_or("");
        return image_.property(lineage::k_fingerprint) !=
               fingerprint(digest, checked_.steps, checked_.recipe.disk, checked_.recipe.output,
                           checked_.secrets, checked_.facts);
    }

    void tell_pending(const Outlook &outlook, bool rebuilds) {
        if (recipe_changed())
            report_.pending.emplace_back(
                "the recipe changed since this image was made; apply builds a new one");
        else if (rebuilds && !became_unusable() && outlook.target->source.id != source_id())
            report_.pending.push_back(
                fmt::format("image {} is the new source; apply builds a new image from it",
                            base::escape(outlook.target->source.id)));
        else if (rebuilds && !became_unusable())
            report_.pending.push_back(outlook.target->reason + ": apply builds a new one");
        if (image_.awaits_detaching())
            report_.pending.emplace_back(
                "the image still shares data with its source; apply completes it");
        if (!outlook.refusal.empty())
            report_.pending.push_back("apply would refuse: " + outlook.refusal);
        if (source() == nullptr)
            report_.unchecked.emplace_back("what the recipe leaves open: the source image is gone");
    }

    /// The planner does not see it, because somebody renamed or deactivated it.
    [[nodiscard]] bool became_unusable() const { return image_.status != "active"; }

    [[nodiscard]] std::string source_id() const {
        return image_.property(lineage::k_source).value_or("");
    }

    [[nodiscard]] const Image *source() const {
        return find_finished(counted_.images, source_id());
    }

    /// The source, when the bytes must be the same; says why otherwise.
    std::optional<Image> source_to_compare() {
        const Image *found = source();
        std::string why;
        if (recipe_changed())
            why = "the recipe changed since the image was made";
        else if (!checked_.steps.empty())
            why = "the recipe has steps, which may write";
        else if (checked_.recipe.disk)
            why = "the recipe makes the disk larger";
        else if (checked_.recipe.output)
            why = "the recipe keeps them otherwise";
        else if (found == nullptr)
            why = "it is gone";
        else
            return *found;
        report_.unchecked.push_back("the bytes against those of the source: " + why);
        return std::nullopt;
    }

    /// A later image built on this one that holds the name.
    [[nodiscard]] const Image *covering(const std::string &publish_name) const {
        const std::vector<Image> &images = counted_.images;
        const ImagesById by_id(images);
        const auto self = std::ranges::find(images, image_.id, &Image::id);
        const auto found = std::find_if(self, images.end(), [&](const Image &other) {
            return other.id != image_.id && other.name == publish_name && is_visible(other) &&
                   descends_from(other, counted_.maker, by_id);
        });
        return found == images.end() ? nullptr : &*found;
    }

    void compare_record(const std::string &publish_name, bool rebuilds) {
        report_.drift = record_drift(
            image_,
            {.recipe = checked_.recipe,
             .properties = wanted_of_present(checked_.recipe.properties, source(), image_),
             .publish_name = publish_name,
             .source = source(),
             .covered_by = covering(publish_name),
             .drop = dropped_names(checked_.recipe.drop_properties, options_.drop_properties),
             .recipe_changed = recipe_changed(),
             .rebuilds = rebuilds});
    }

    /// Members that have accepted `other` have not yet accepted this one; who has, is asked once.
    bool waits_for_members(const Image &other, std::optional<std::vector<ImageMember>> &members) {
        if (image_.visibility != "shared" || other.visibility != "shared")
            return false;
        if (!members)
            members = catalog_.members(image_.id);
        const bool waits = !left_out(other, *members, catalog_).empty();
        if (waits)
            report_.pending.push_back(fmt::format(
                "image {} keeps the name until its members have accepted this one", other.id));
        return waits;
    }

    /// Images this one took the name from and that bear it again.
    void compare_others(const std::string &publish_name) {
        if (checked_.recipe.publish.previous == PreviousPolicy::keep)
            return;
        std::optional<std::vector<ImageMember>> members;
        const bool apply_fixes = covering(publish_name) == nullptr;
        const ImagesById by_id(counted_.images);
        for (const Image &other : counted_.images) {
            if (other.id == image_.id)
                break;
            if (other.name == publish_name && is_visible(other) && !other.unfinished() &&
                other.owner == counted_.maker.owner &&
                (other.id == source_id() || descends_from(other, counted_.maker, by_id)) &&
                !waits_for_members(other, members))
                report_.drift.push_back(
                    {.kind = DeviationKind::superseded,
                     .what = fmt::format("image {}, which this one replaced", other.id),
                     .expected = "not visible under the name",
                     .found = fmt::format("visible as \"{}\"", base::escape(other.name)),
                     .apply_fixes = apply_fixes,
                     .remedy = apply_fixes
                                   ? "apply puts it aside again, as publish.previous says"
                                   : "hide it by hand (openstack image set --hidden): a later "
                                     "image has the name, and its recipe did not replace this "
                                     "one"});
        }
    }

    const CheckedRecipe &checked_;
    const PlanOptions &options_;
    const CatalogView &catalog_;
    CountedImages counted_;
    Image image_;
    DriftReport &report_;
};

/// It counts whoever it belongs to, and however the generation found is called now.
void add_source(CountedImages &counted, const Image &generation, const CatalogView &catalog) {
    const std::string id = generation.property(lineage::k_source).value_or("");
    if (!base::is_uuid(id) ||
        std::ranges::find(counted.images, id, &Image::id) != counted.images.end())
        return;
    if (std::optional<Image> source = catalog.find(id))
        counted.images.push_back(*std::move(source));
}

/// Without a generation that bears our mark, one that says it is ours is what there is to look at:
/// somebody may have put other bytes in the place of those that bore it.
void believe_records(CountedImages &counted, DriftReport &report) {
    Maker &maker = counted.maker;
    const auto is_made = [&](const Image &image) {
        return !image.unfinished() && maker.made(image);
    };
    if (maker.refuted.empty() || std::ranges::any_of(counted.images, is_made))
        return;
    for (const std::string &id : maker.refuted)
        report.pending.push_back(why_refuted(id));
    maker.refuted.clear();
}

/// The name the recipe publishes under, also when its source cannot be resolved any more.
std::string publish_name(const Recipe &recipe, const Outlook &outlook,
                         const std::vector<Image> &images) {
    if (outlook.target)
        return outlook.target->publish.name;
    if (recipe.publish.name)
        return *recipe.publish.name;
    const Image *by_id = find_finished(images, recipe.source_image);
    return by_id != nullptr ? by_id->name : recipe.source_image;
}

} // namespace

std::optional<Image> last_generation(const std::vector<Image> &images, const Maker &maker,
                                     const std::string &publish_name,
                                     const std::string &fingerprint) {
    const auto rank = [&](const Image &image) {
        if (image.name == publish_name)
            return 2;
        return image.property(lineage::k_fingerprint) == fingerprint ? 1 : 0;
    };
    const Image *found = nullptr;
    for (const Image &image : images) {
        if (image.unfinished() || !maker.made(image))
            continue;
        if (found == nullptr || rank(image) > rank(*found) ||
            (rank(image) == rank(*found) && comes_after(image, *found)))
            found = &image;
    }
    return found == nullptr ? std::nullopt : std::optional(*found);
}

DriftReport find_drift(const CheckedRecipe &checked, const CatalogView &catalog,
                       const PlanOptions &plan_options, const DriftOptions &options) {
    if (!is_settled(checked.recipe)) {
        CheckedRecipe known = checked;
        known.recipe = settled(checked.recipe, catalog);
        return find_drift(known, catalog, plan_options, options);
    }
    const Recipe &recipe = checked.recipe;
    DriftReport report;
    report.recipe = {recipe.path.string(), recipe.directory.string(), recipe.sha256, recipe.name};
    report.catalog = catalog.name();
    CountedImages counted = counted_images(recipe, catalog);
    believe_records(counted, report);
    const std::vector<Image> &images = counted.images;
    const bool has_image = std::ranges::any_of(images, [&](const Image &image) {
        return !image.unfinished() && counted.maker.made(image);
    });
    const Outlook plan = outlook(checked, catalog, plan_options, has_image);
    const std::string name = publish_name(recipe, plan, images);
    auto image = last_generation(images, counted.maker, name,
                                 plan.target ? plan.target->fingerprint : std::string());
    if (!image) {
        report.pending.push_back(
            fmt::format("no image of this recipe is there: apply makes the first; if there was one "
                        "called \"{}\", somebody removed it",
                        base::escape(name)));
        return report;
    }
    report.image = reference_to(*image);
    add_source(counted, *image, catalog);
    Search(checked, catalog, plan_options, std::move(counted), *std::move(image), report)
        .run(plan, name, options);
    return report;
}

} // namespace retouch::plan
