// Own images come first, then public ones of projects that the configuration trusts, as with names:
// anybody can give an image properties.

#include "plan/source_selection.hpp"

#include "base/fact_text.hpp"
#include "base/name_rule.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "plan/counted_images.hpp"
#include "plan/fact_values.hpp"
#include "plan/source_refusals.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>

namespace retouch::plan {

namespace {

std::string described(const std::map<std::string, std::string> &properties) {
    std::string text;
    for (const auto &[name, value] : properties)
        base::add_part(text, fmt::format("{}={}", base::escape(name), base::escape(value)));
    return text;
}

/// Visible images of `owner` that have what the recipe asks for.
std::vector<Image> selected_of(const Recipe &recipe, const std::string &owner, bool is_own,
                               const CatalogView &catalog) {
    std::vector<Image> images = catalog.images_where(
        {.owner = owner, .hidden = false, .properties = recipe.source_properties});
    std::erase_if(images, [&](const Image &image) {
        const bool is_made = image.property(lineage::k_recipe).has_value();
        return !is_visible(image) || image.unfinished() ||
               (!is_own && image.visibility == "private") ||
               (is_made && !recipe.source_properties.contains(lineage::k_recipe)) ||
               image.property(lineage::k_recipe) == recipe.name;
    });
    return images;
}

std::vector<Image> selected_of_trusted(const Recipe &recipe, const CatalogView &catalog) {
    std::vector<Image> images;
    for (const std::string &owner : catalog.source_owners())
        for (Image &image : selected_of(recipe, owner, false, catalog))
            if (image.visibility == "public")
                images.push_back(std::move(image));
    return images;
}

std::vector<Image> selected(const Recipe &recipe, const CatalogView &catalog) {
    if (!catalog.has_projects())
        return selected_of(recipe, "", true, catalog);
    const std::string own = catalog.project();
    if (recipe.source_owner)
        return selected_of(recipe, *recipe.source_owner, *recipe.source_owner == own, catalog);
    std::vector<Image> images = selected_of(recipe, own, true, catalog);
    return images.empty() ? selected_of_trusted(recipe, catalog) : images;
}

/// What the last image that the recipe made was made from, hidden or not, while it has the
/// properties.
std::optional<Image> source_of_last(const Recipe &recipe, const CatalogView &catalog) {
    const std::string owner =
        catalog.has_projects() ? recipe.publish.owner.value_or(catalog.project()) : std::string();
    const Image *last = nullptr;
    const std::vector<Image> made =
        catalog.images_where({.owner = owner, .properties = {{lineage::k_recipe, recipe.name}}});
    for (const Image &image : made)
        if (image.status == "active" && !image.unfinished() &&
            catalog.may_be_published_by_us(image) && (last == nullptr || comes_after(image, *last)))
            last = &image;
    if (last == nullptr)
        return std::nullopt;
    std::optional<Image> source = catalog.find(last->property(lineage::k_source).value_or(""));
    const bool is_meant = source && !source->unfinished() &&
                          ImageQuery{.properties = recipe.source_properties}.matches(*source);
    return is_meant ? source : std::nullopt;
}

Image select(const Recipe &recipe, const CatalogView &catalog) {
    std::vector<Image> images = selected(recipe, catalog);
    std::ranges::stable_sort(
        images, {}, [](const Image &image) { return std::tie(image.created_at, image.id); });
    // As with names: what came after it is the new source.
    if (std::optional<Image> last = source_of_last(recipe, catalog)) {
        std::erase_if(images,
                      [&](const Image &image) { return image.created_at <= last->created_at; });
        if (images.empty())
            return *std::move(last);
    }
    if (images.empty())
        throw Error(ErrorKind::failed,
                    fmt::format("no visible image has the properties that the source shall have: "
                                "{}",
                                described(recipe.source_properties)),
                    "`retouch images` and `retouch show IMAGE` tell what there is; an image that a "
                    "recipe made counts only where retouch_recipe is among the properties");
    if (images.size() > 1 && !recipe.newest_source) {
        std::vector<const Image *> candidates;
        candidates.reserve(images.size());
        for (const Image &image : images)
            candidates.push_back(&image);
        fail_several_selected(described(recipe.source_properties), candidates);
    }
    return std::move(images.back());
}

Image found_by_name(const Recipe &recipe, const CatalogView &catalog) {
    const CountedImages counted = counted_images(recipe, catalog);
    Lineage lineage =
        resolve_lineage(counted.images, counted.maker, counted.source, recipe.publish.name);
    if (lineage.source_record)
        return *std::move(lineage.source_record);
    throw Error(ErrorKind::failed,
                fmt::format("'publish.name' names what the source image has, and that image ({}) "
                            "is gone",
                            base::escape(lineage.source.id)),
                "write the name in the recipe, or import the source again");
}

void require_name(const std::string &name) {
    constexpr std::size_t k_longest = 255;
    std::optional<std::string> why = base::why_no_name(name);
    if (name.empty())
        why = "is empty";
    else if (base::code_points(name) > k_longest)
        why = "is longer than 255 characters";
    if (why)
        throw Error(ErrorKind::failed,
                    fmt::format("with what the source image has, 'publish.name' {}: '{}'", *why,
                                base::clipped(base::escape(name), 100)),
                    "write the name in the recipe");
}

/// The only name that images of the recipe have whose source is gone; what they were called by is
/// not known any more.
std::optional<std::string> name_of_made(const Recipe &recipe, const CatalogView &catalog) {
    const std::string owner =
        catalog.has_projects() ? recipe.publish.owner.value_or(catalog.project()) : std::string();
    std::set<std::string> names;
    for (const Image &image :
         catalog.images_where({.owner = owner, .properties = {{lineage::k_recipe, recipe.name}}}))
        if (image.status == "active" && !image.unfinished() &&
            catalog.may_be_published_by_us(image))
            names.insert(image.name);
    return names.size() == 1 ? std::optional(*names.begin()) : std::nullopt;
}

/// What a recipe that names its source publishes under.
std::string published_name(const Recipe &recipe, const CatalogView &catalog) {
    const std::string &text = recipe.publish.name.value();
    const std::set<std::string> facts = base::facts_named_in(text);
    // Nothing has to be asked for that stands in the recipe.
    if (facts == std::set<std::string>{"image.name"} && !base::is_uuid(recipe.source_image) &&
        base::count_fact_marks(recipe.source_image) == 0)
        return base::fill_facts(text, [&](const std::string &) { return recipe.source_image; });
    Recipe unnamed = recipe;
    unnamed.publish.name.reset();
    std::optional<Image> source;
    try {
        source = found_by_name(unnamed, catalog);
    } catch (const Error &error) {
        const auto made =
            error.kind() == ErrorKind::failed ? name_of_made(recipe, catalog) : std::nullopt;
        if (!made)
            throw;
        return *made;
    }
    return with_source_facts(text, *source, "'publish.name'");
}

bool has_facts(const std::optional<std::string> &text) {
    return text && !base::facts_named_in(*text).empty();
}

} // namespace

bool is_settled(const Recipe &recipe) {
    return recipe.is_settled ||
           (recipe.source_properties.empty() && !has_facts(recipe.publish.name));
}

Recipe settled(const Recipe &recipe, const CatalogView &catalog) {
    if (is_settled(recipe))
        return recipe;
    Recipe now = recipe;
    now.is_settled = true;
    if (recipe.source_properties.empty()) {
        now.publish.name = published_name(recipe, catalog);
    } else {
        const Image source = select(recipe, catalog);
        now.source_image = source.id;
        now.source_properties.clear();
        now.newest_source = false;
        now.publish.name = recipe.publish.name
                               ? with_source_facts(*recipe.publish.name, source, "'publish.name'")
                               : source.name;
        if (!recipe.publish.name)
            return now;
    }
    require_name(*now.publish.name);
    return now;
}

} // namespace retouch::plan
