// Of a project's own records those are asked for that bear a name the recipe has to do with, or
// that the recipe made; of another's, those of such a name that are not private to it. What a
// recipe or a generation names by its id is asked for by its id.

#include "plan/counted_images.hpp"

#include "base/uuid.hpp"
#include "plan/publishing.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace retouch::plan {

namespace {

class Gathering {
  public:
    Gathering(const CatalogView &catalog, std::vector<std::string> names)
        : catalog_(catalog), names_(std::move(names)) {}

    void add_own(const std::string &owner) {
        if (const auto asked = owners_.find(owner); asked != owners_.end() && asked->second)
            return;
        owners_[owner] = true;
        add_named(owner, names_);
    }

    /// An administrator sees also what that project has shown to nobody.
    void add_others(const std::string &owner) {
        if (!owner.empty() && owners_.emplace(owner, false).second)
            add_named(owner, names_);
    }

    void add_generations(const Maker &maker) {
        for (Image &image : catalog_.images_where(
                 {.owner = maker.owner, .properties = {{lineage::k_recipe, maker.recipe}}}))
            add(std::move(image));
    }

    /// Hidden ones, too: those of names that must be nobody's.
    void add_all_called(const std::string &owner, std::vector<std::string> names) {
        for (Image &image : catalog_.images_where({.owner = owner, .names = std::move(names)}))
            add(std::move(image));
    }

    /// Who bears the names that an image of `name` may be renamed to today, as far as they must be
    /// known to find one that is free for each image that may need one.
    void add_dated(const std::string &owner, const std::string &name) {
        const auto needed = 1 + std::ranges::count(images_, name, &Image::name);
        std::ptrdiff_t free = 0;
        for (int first = 1; free < needed;) {
            const std::vector<std::string> names = likely_dated_names(name, first);
            add_all_called(owner, names);
            free += std::ranges::count_if(
                names, [&](const std::string &dated) { return !borne_.contains(dated); });
            first += static_cast<int>(names.size());
        }
    }

    /// One more name, of all projects asked for.
    void add_name(const std::string &name) {
        if (std::ranges::find(names_, name) != names_.end())
            return;
        names_.push_back(name);
        for (const auto &[owner, is_own] : owners_)
            add_named(owner, {name});
    }

    /// Where it is in images_; nullopt when there is none of that id.
    std::optional<std::size_t> add_id(const std::string &id) {
        // A property may say anything, and an image service is asked for nothing but ids.
        if (id.empty() || (catalog_.has_projects() && !base::is_uuid(id)) || absent_.contains(id))
            return std::nullopt;
        if (const auto known = places_.find(id); known != places_.end())
            return known->second;
        if (std::optional<Image> found = catalog_.find(id))
            return add(*std::move(found));
        absent_.insert(id);
        return std::nullopt;
    }

    /// That record, and what else its project shows under the names.
    void add_record(const Image &image) {
        add(image);
        add_others(image.owner);
    }

    /// Images that say they are generations, and would count for one of these names.
    void refute(Maker &maker) const {
        for (const Image &image : images_) {
            const bool counts = is_visible(image) || image.awaits_detaching() ||
                                std::ranges::find(names_, image.name) != names_.end();
            if (counts && image.status == "active" && !image.unfinished() && maker.made(image) &&
                !catalog_.may_be_published_by_us(image))
                maker.refuted.insert(image.id);
        }
    }

    /// What an image of ours was made from.
    void add_source_of(const Maker &maker, const std::optional<Image> &made) {
        if (!made || !maker.made(*made))
            return;
        if (const auto place = add_id(made->property(lineage::k_source).value_or(""))) {
            const Image source = images_[*place];
            add_others(source.owner);
            add_name(source.name);
        }
        add_others(source_owner_of(*made, images_));
    }

    /// What images of the project that bear such a name were made from, back to one of the maker's.
    void add_ancestors(const Maker &maker) {
        std::set<std::size_t> seen;
        const std::size_t named = images_.size();
        for (std::size_t i = 0; i < named; ++i)
            if (is_visible(images_[i]) &&
                std::ranges::find(names_, images_[i].name) != names_.end())
                add_ancestors(i, maker, seen);
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
    /// `seen` are those whose ancestors are there.
    void add_ancestors(std::optional<std::size_t> place, const Maker &maker,
                       std::set<std::size_t> &seen) {
        for (int links = 0; links < k_longest_chain && place; ++links) {
            const Image &image = images_[*place];
            if (image.owner != maker.owner || maker.made(image) || !seen.insert(*place).second)
                return;
            place = add_id(image.property(lineage::k_source).value_or(""));
        }
    }

    void add_named(const std::string &owner, const std::vector<std::string> &names) {
        for (Image &image :
             catalog_.images_where({.owner = owner, .names = names, .hidden = false}))
            if (owners_.at(owner) || image.visibility != "private")
                add(std::move(image));
    }

    std::size_t add(Image image) {
        const auto [known, is_new] = places_.try_emplace(image.id, images_.size());
        if (is_new) {
            borne_.insert(image.name);
            images_.push_back(std::move(image));
        }
        return known->second;
    }

    const CatalogView &catalog_;
    std::vector<std::string> names_;
    std::map<std::string, bool> owners_; ///< who has been asked for; true: for all of theirs
    std::set<std::string> absent_;
    std::vector<Image> images_;
    std::unordered_map<std::string, std::size_t> places_; ///< in images_, by id
    std::unordered_set<std::string> borne_;               ///< names of images_
};

/// Names that must be nobody's when it is applied.
std::vector<std::string> names_to_give(const Target &target) {
    std::vector<std::string> names;
    for (const Superseded &former : target.publish.superseded)
        if (!former.new_name.empty())
            names.push_back(former.new_name);
    return names;
}

std::vector<std::string> names_of(const Target &target) {
    std::vector<std::string> names{target.publish.name};
    if (target.source.name != target.publish.name)
        names.push_back(target.source.name);
    if (target.asked_source && target.asked_source->name != target.publish.name)
        names.push_back(target.asked_source->name);
    return names;
}

/// What the plan knows of and no name leads to.
void add_known(Gathering &gathering, const Target &target) {
    gathering.add_id(target.source.id);
    for (const ImageReference &seen : target.observed)
        gathering.add_id(seen.id);
    if (target.present)
        gathering.add_id(target.present->id);
    for (const Superseded &former : target.publish.superseded)
        gathering.add_id(former.image.id);
    gathering.add_others(target.source.owner);
}

std::vector<std::string> add_trusted(Gathering &gathering, const CatalogView &catalog) {
    std::vector<std::string> trusted = catalog.source_owners();
    for (const std::string &owner : trusted)
        gathering.add_others(owner);
    return trusted;
}

/// As the recipe has it, as far as the plan tells.
SourceChoice choice_of(const Target &target) {
    SourceChoice choice;
    choice.image = target.source.id;
    if (!target.asked_source)
        return choice;
    choice.image = target.asked_source->name;
    if (!target.asked_source->owner.empty())
        choice.owner = target.asked_source->owner;
    return choice;
}

} // namespace

std::set<std::string> observed_ids(const Target &target) {
    std::set<std::string> ids;
    for (const ImageReference &image : target.observed)
        ids.insert(image.id);
    return ids;
}

CountedImages counted_images(const Recipe &recipe, const CatalogView &catalog) {
    CountedImages counted;
    counted.maker.recipe = recipe.name;
    counted.source.image = recipe.source_image;
    counted.source.newest = recipe.newest_source;
    const std::string project = catalog.project();
    if (catalog.has_projects()) {
        counted.maker.owner = recipe.publish.owner.value_or(project);
        counted.source.owner = recipe.source_owner;
    }
    counted.source.own = {project, counted.maker.owner};
    counted.source.elsewhere = [&catalog] { return catalog.images(); };
    const auto named =
        base::is_uuid(recipe.source_image) ? catalog.find(recipe.source_image) : std::nullopt;
    const std::string name = named ? named->name : recipe.source_image;
    const std::string published = recipe.publish.name.value_or(name);
    std::vector<std::string> names{published};
    if (name != published)
        names.push_back(name);
    Gathering gathering(catalog, names);
    gathering.add_own(counted.maker.owner);
    gathering.add_own(project);
    gathering.add_generations(counted.maker);
    if (recipe.publish.previous == PreviousPolicy::rename)
        gathering.add_dated(counted.maker.owner, published);
    if (named)
        gathering.add_record(*named);
    gathering.refute(counted.maker);
    gathering.add_source_of(counted.maker, named);
    for (const std::string &borne : {name, published})
        gathering.add_source_of(counted.maker, gathering.last_of(counted.maker, borne));
    if (counted.source.owner) {
        gathering.add_others(*counted.source.owner);
    } else if (!named) {
        counted.source.trusted = add_trusted(gathering, catalog);
    }
    gathering.add_ancestors(counted.maker);
    counted.images = gathering.take();
    return counted;
}

CountedImages counted_images(const Target &target, const std::string &recipe_name,
                             const CatalogView &catalog) {
    CountedImages counted;
    counted.maker.recipe = recipe_name;
    counted.source = choice_of(target);
    const std::string project = catalog.project();
    if (catalog.has_projects())
        counted.maker.owner = target.publish.owner;
    counted.source.own = {project, counted.maker.owner};
    Gathering gathering(catalog, names_of(target));
    gathering.add_own(counted.maker.owner);
    gathering.add_own(project);
    gathering.add_generations(counted.maker);
    if (std::vector<std::string> names = names_to_give(target); !names.empty()) {
        gathering.add_all_called(counted.maker.owner, std::move(names));
        gathering.add_dated(counted.maker.owner, target.publish.name);
    }
    gathering.refute(counted.maker);
    add_known(gathering, target);
    if (target.asked_source) {
        counted.source.elsewhere = [&catalog] { return catalog.images(); };
        gathering.add_source_of(counted.maker,
                                gathering.last_of(counted.maker, target.asked_source->name));
        if (counted.source.owner)
            gathering.add_others(*counted.source.owner);
        else
            counted.source.trusted = add_trusted(gathering, catalog);
    }
    gathering.add_ancestors(counted.maker);
    counted.images = gathering.take();
    return counted;
}

} // namespace retouch::plan
