// A project's own records are all asked for; of another's, those that are not private to it. What a
// recipe or a generation names by its id is asked for by its id.

#include "plan/counted_images.hpp"

#include "base/uuid.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <set>
#include <tuple>

namespace retouch {

namespace {

class Gathering {
  public:
    explicit Gathering(const CatalogView &catalog) : catalog_(catalog) {}

    void add_own(const std::string &owner) {
        if (owners_.insert(owner).second)
            for (Image &image : catalog_.images_of(owner))
                add(std::move(image));
    }

    /// An administrator sees also what that project has shown to nobody.
    void add_others(const std::string &owner) {
        if (owner.empty() || !owners_.insert(owner).second)
            return;
        for (Image &image : catalog_.images_of(owner))
            if (image.visibility != "private")
                add(std::move(image));
    }

    /// The record of that id, and what else its project shows; nullopt when there is none.
    std::optional<Image> add_record(const std::string &id) {
        if (!is_uuid(id))
            return std::nullopt;
        const auto known = std::ranges::find(images_, id, &Image::id);
        std::optional<Image> found = known != images_.end() ? *known : catalog_.find(id);
        if (found) {
            add(*found);
            add_others(found->owner);
        }
        return found;
    }

    /// Images that say they are generations, and would count for one of these names.
    void refute(Maker &maker, std::initializer_list<std::string> names) const {
        for (const Image &image : images_) {
            const bool counts =
                is_visible(image) || std::ranges::find(names, image.name) != names.end();
            if (counts && image.status == "active" && !image.unfinished() && maker.made(image) &&
                !catalog_.may_be_published_by_us(image))
                maker.refuted.insert(image.id);
        }
    }

    /// What an image of ours was made from.
    void add_source_of(const Maker &maker, const std::optional<Image> &made) {
        if (!made || !maker.made(*made))
            return;
        add_record(made->property(lineage::k_source).value_or(""));
        add_others(source_owner_of(*made, images_));
    }

    [[nodiscard]] std::optional<Image> last_of(const Maker &maker, const std::string &name) const {
        const Image *last = last_generation_of(images_, maker, name);
        return last == nullptr ? std::nullopt : std::optional(*last);
    }

    [[nodiscard]] std::vector<Image> take() {
        std::ranges::stable_sort(
            images_, {}, [](const Image &image) { return std::tie(image.created_at, image.id); });
        return std::move(images_);
    }

  private:
    void add(Image image) {
        if (ids_.insert(image.id).second)
            images_.push_back(std::move(image));
    }

    const CatalogView &catalog_;
    std::set<std::string> owners_; ///< whose records have been asked for
    std::set<std::string> ids_;
    std::vector<Image> images_;
};

} // namespace

CountedImages counted_images(const Recipe &recipe, const CatalogView &catalog) {
    CountedImages counted;
    counted.maker.recipe = recipe.name;
    counted.source.image = recipe.source_image;
    if (!catalog.has_projects()) {
        counted.source.own = {std::string()};
        counted.images = catalog.images();
        return counted;
    }
    const std::string project = catalog.project();
    counted.maker.owner = recipe.publish.owner.value_or(project);
    counted.source.owner = recipe.source_owner;
    counted.source.own = {project, counted.maker.owner};
    counted.source.elsewhere = [&catalog] { return catalog.images(); };
    Gathering gathering(catalog);
    gathering.add_own(counted.maker.owner);
    gathering.add_own(project);
    const std::optional<Image> named = gathering.add_record(recipe.source_image);
    const std::string name = named ? named->name : recipe.source_image;
    const std::string published = recipe.publish.name.value_or(name);
    gathering.refute(counted.maker, {name, published});
    gathering.add_source_of(counted.maker, named);
    for (const std::string &borne : {name, published})
        gathering.add_source_of(counted.maker, gathering.last_of(counted.maker, borne));
    if (recipe.source_owner) {
        gathering.add_others(*recipe.source_owner);
    } else if (!named) {
        counted.source.trusted = catalog.source_owners();
        for (const std::string &owner : counted.source.trusted)
            gathering.add_others(owner);
    }
    counted.images = gathering.take();
    return counted;
}

CountedImages counted_images(const Target &target, const std::string &recipe_name,
                             const CatalogView &catalog) {
    CountedImages counted;
    counted.maker.recipe = recipe_name;
    counted.source.image = target.source.id;
    if (!catalog.has_projects()) {
        counted.source.own = {std::string()};
        counted.images = catalog.images();
        return counted;
    }
    const std::string project = catalog.project();
    counted.maker.owner = target.publish.owner;
    counted.source.own = {project, counted.maker.owner};
    Gathering gathering(catalog);
    gathering.add_own(counted.maker.owner);
    gathering.add_own(project);
    gathering.refute(counted.maker, {target.publish.name, target.source.name});
    gathering.add_record(target.source.id);
    gathering.add_others(target.source.owner);
    counted.images = gathering.take();
    return counted;
}

} // namespace retouch
