// Finding the generation, deciding whether recipe and source are still those it was made of, and
// putting together what record and store differ in.

#include "plan/drift.hpp"

#include "base/text.hpp"
#include "plan/fingerprint.hpp"
#include "plan/lineage.hpp"
#include "plan/record_drift.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace retouch {

namespace {

const Image *find_id(const std::vector<Image> &images, const std::string &id) {
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
    Search(const CheckedRecipe &checked, const CatalogView &catalog, std::vector<Image> images,
           Image image, DriftReport &report)
        : checked_(checked),
          catalog_(catalog),
          images_(std::move(images)),
          image_(std::move(image)),
          report_(report) {}

    void run(const Outlook &outlook, const std::string &publish_name,
             const IntegrityOptions &options) {
        const bool rebuilds = outlook.target && outlook.target->action == Action::create;
        tell_pending(outlook, rebuilds);
        compare_record(publish_name, rebuilds);
        compare_others(publish_name);
        Integrity integrity = catalog_.integrity(image_, options);
        std::ranges::move(integrity.deviations, std::back_inserter(report_.drift));
        std::ranges::move(integrity.unchecked, std::back_inserter(report_.unchecked));
    }

  private:
    /// The steps are not those the image was made by, whatever the source is now.
    [[nodiscard]] bool recipe_changed() const {
        const std::string digest = image_.property(lineage::k_source_digest).value_or("");
        return image_.property(lineage::k_fingerprint) != fingerprint(digest, checked_.steps);
    }

    void tell_pending(const Outlook &outlook, bool rebuilds) {
        if (recipe_changed())
            report_.pending.emplace_back(
                "the recipe changed since this image was made; apply builds a new one");
        else if (rebuilds && !became_unusable() && outlook.target->source.id != source_id())
            report_.pending.push_back(
                fmt::format("image {} is the new source; apply builds a new image from it",
                            escape(outlook.target->source.id)));
        if (image_.property(lineage::k_detach) == "pending")
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

    [[nodiscard]] const Image *source() const { return find_id(images_, source_id()); }

    /// A later image built on this one that holds the name.
    [[nodiscard]] const Image *covering(const std::string &publish_name) const {
        const auto self = std::ranges::find(images_, image_.id, &Image::id);
        const auto found = std::find_if(self, images_.end(), [&](const Image &other) {
            return other.id != image_.id && other.name == publish_name && is_visible(other) &&
                   descends_from(other, checked_.recipe.name, images_);
        });
        return found == images_.end() ? nullptr : &*found;
    }

    void compare_record(const std::string &publish_name, bool rebuilds) {
        report_.drift = record_drift(image_, {.recipe = checked_.recipe,
                                              .publish_name = publish_name,
                                              .source = source(),
                                              .covered_by = covering(publish_name),
                                              .recipe_changed = recipe_changed(),
                                              .rebuilds = rebuilds});
    }

    /// Images this one took the name from and that bear it again.
    void compare_others(const std::string &publish_name) {
        if (checked_.recipe.publish.previous == PreviousPolicy::keep)
            return;
        const bool apply_mends = covering(publish_name) == nullptr;
        for (const Image &other : images_) {
            if (other.id == image_.id)
                break;
            if (other.name == publish_name && is_visible(other) && !other.unfinished() &&
                (other.id == source_id() || descends_from(other, checked_.recipe.name, images_)))
                report_.drift.push_back(
                    {.kind = "superseded",
                     .what = fmt::format("image {}, which this one replaced", other.id),
                     .expected = "not visible under the name",
                     .found = fmt::format("visible as \"{}\"", escape(other.name)),
                     .apply_mends = apply_mends,
                     .remedy = apply_mends
                                   ? "apply puts it aside again, as publish.previous says"
                                   : "hide it by hand (openstack image set --hidden): a later "
                                     "image has the name, and its recipe did not replace this "
                                     "one"});
        }
    }

    const CheckedRecipe &checked_;
    const CatalogView &catalog_;
    std::vector<Image> images_;
    Image image_;
    DriftReport &report_;
};

/// The name the recipe publishes under, also when its source cannot be resolved any more.
std::string publish_name(const Recipe &recipe, const Outlook &outlook,
                         const std::vector<Image> &images) {
    if (outlook.target)
        return outlook.target->publish.name;
    if (recipe.publish.name)
        return *recipe.publish.name;
    const Image *by_id = find_id(images, recipe.source_image);
    return by_id != nullptr ? by_id->name : recipe.source_image;
}

} // namespace

std::optional<Image> last_generation(const std::vector<Image> &images,
                                     const std::string &recipe_name,
                                     const std::string &publish_name,
                                     const std::string &fingerprint) {
    const Image *found = nullptr;
    bool exact = false;
    for (const Image &image : images) {
        if (image.unfinished() || image.property(lineage::k_recipe) != recipe_name)
            continue;
        const bool fits =
            image.name == publish_name || image.property(lineage::k_fingerprint) == fingerprint;
        if (found == nullptr || (fits && !exact) || (fits == exact && comes_after(image, *found)))
            found = &image;
        exact = exact || fits;
    }
    return found == nullptr ? std::nullopt : std::optional(*found);
}

DriftReport find_drift(const CheckedRecipe &checked, const CatalogView &catalog,
                       const PlanOptions &plan_options, const IntegrityOptions &options) {
    const Recipe &recipe = checked.recipe;
    DriftReport report;
    report.recipe = {recipe.path.string(), recipe.directory.string(), recipe.sha256, recipe.name};
    report.catalog = catalog.name();
    std::vector<Image> images = catalog.images();
    const bool has_image = std::ranges::any_of(images, [&](const Image &image) {
        return !image.unfinished() && image.property(lineage::k_recipe) == recipe.name;
    });
    const Outlook plan = outlook(checked, catalog, plan_options, has_image);
    const std::string name = publish_name(recipe, plan, images);
    auto image = last_generation(images, recipe.name, name,
                                 plan.target ? plan.target->fingerprint : std::string());
    if (!image) {
        report.pending.push_back(
            fmt::format("no image of this recipe is there: apply makes the first; if there was one "
                        "called \"{}\", somebody removed it",
                        escape(name)));
        return report;
    }
    report.image = reference_to(*image);
    Search(checked, catalog, std::move(images), *std::move(image), report).run(plan, name, options);
    return report;
}

} // namespace retouch
