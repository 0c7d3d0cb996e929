// Preconditions: images a plan names are compared with their records first, for a message that
// people understand; then the target is planned again, and must come out as it is in the plan.

#include "plan/preconditions.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"
#include "base/utc_time.hpp"
#include "model/json_place.hpp"
#include "plan/counted_images.hpp"
#include "plan/disk_plan.hpp"
#include "plan/json_difference.hpp"
#include "plan/replan.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

namespace retouch::plan {

namespace {

constexpr const char *k_plan_again =
    "make a new plan with `retouch plan -o FILE RECIPE` and review it";

/// Who made an image, as far as its record tells; empty when it does not.
std::string maker_of(const Image &image) {
    if (const auto recipe = image.property(lineage::k_recipe))
        return fmt::format(", made by the recipe '{}' at {}", base::escape(*recipe),
                           base::escape(image.created_at));
    if (!image.owner.empty())
        return fmt::format(", made by project {} at {}", base::escape(image.owner),
                           base::escape(image.created_at));
    return {};
}

/// The images the plan works with. A generation whose source is gone remembers it; then there is no
/// record to compare.
std::vector<ImageReference> used_images(const Target &target, const std::vector<Image> &images) {
    std::vector<ImageReference> used;
    if (target.action == Action::create ||
        std::ranges::find(images, target.source.id, &Image::id) != images.end())
        used.push_back(target.source);
    if (target.present)
        used.push_back(*target.present);
    for (const Superseded &former : target.publish.superseded)
        used.push_back(former.image);
    return used;
}

/// Every image the plan says something of, once for each thing it says.
std::vector<ImageReference> named_images(const Target &target, const std::vector<Image> &images) {
    std::vector<ImageReference> named = target.observed;
    for (const ImageReference &image : used_images(target, images))
        if (std::ranges::find(named, image) == named.end())
            named.push_back(image);
    return named;
}

/// How a record differs from what the plan says of it.
std::string difference(const Image &image, const ImageReference &seen) {
    if (image.name != seen.name)
        return fmt::format("image {} is called '{}', but '{}' in the plan", image.id,
                           base::escape(image.name), base::escape(seen.name));
    if (!image.has_digest(seen.digest))
        return fmt::format("image {} has the contents {}, but {} in the plan", image.id,
                           base::escape(image.digest()), base::escape(seen.digest));
    if (image.owner != seen.owner)
        return fmt::format("image {} belongs to project {}, but to {} in the plan", image.id,
                           base::escape(image.owner), base::escape(seen.owner));
    if (image.updated_at != seen.updated_at)
        return fmt::format("image {} '{}' was changed at {}; the plan knows it as of {}", image.id,
                           base::escape(image.name), base::escape(image.updated_at),
                           base::escape(seen.updated_at));
    return {};
}

void compare_images(const std::vector<ImageReference> &named, const std::vector<Image> &images,
                    std::vector<std::string> &moved) {
    const ImagesById by_id(images);
    for (const ImageReference &seen : named) {
        const Image *image = by_id.find(seen.id);
        if (image == nullptr)
            moved.push_back(fmt::format("image {} '{}' is gone", seen.id, base::escape(seen.name)));
        else if (std::string text = difference(*image, seen); !text.empty())
            moved.push_back(std::move(text));
    }
}

void find_new_images(const Target &target, const std::vector<Image> &images,
                     std::vector<std::string> &moved) {
    const std::set<std::string> observed = observed_ids(target);
    for (const Image &image : images) {
        const bool concerns = image.name == target.publish.name || image.name == target.source.name;
        if (concerns && !observed.contains(image.id))
            moved.push_back(fmt::format("image {} '{}' appeared{}", image.id,
                                        base::escape(image.name), maker_of(image)));
    }
}

/// A name that leads to the source only by what was made from it may come to mean another image.
void compare_source(const Target &target, const CountedImages &counted,
                    std::vector<std::string> &moved) {
    if (!target.asked_source)
        return;
    const std::string name = base::escape(target.asked_source->name);
    try {
        const Lineage now =
            resolve_lineage(counted.images, counted.maker, counted.source, target.publish.name);
        // One that is gone was known by what was made from it, or given up for that.
        if (now.source_record && now.source.id != target.source.id)
            moved.push_back(fmt::format("the source '{}' is image {} now, but {} in the plan", name,
                                        base::escape(now.source.id),
                                        base::escape(target.source.id)));
    } catch (const Error &error) {
        if (error.kind() != ErrorKind::refused && error.kind() != ErrorKind::failed)
            throw;
        moved.push_back(
            fmt::format("the source '{}' cannot be chosen any more: {}", name, error.what()));
    }
}

/// Asked first: a file of another size need not be read. What cannot be asked, reading will tell.
bool has_size(const InjectedFile &file) {
    std::error_code failed;
    const auto size = std::filesystem::file_size(file.path, failed);
    return failed || size == static_cast<std::uintmax_t>(file.size);
}

void compare_files(const Target &target, std::vector<std::string> &moved) {
    for (const InjectedFile &file : target.injected) {
        try {
            if (!has_size(file) || base::sha256_file(file.path) != file.sha256)
                moved.push_back(fmt::format("{} has other contents", base::escape(file.path)));
        } catch (const Error &error) {
            if (error.kind() == ErrorKind::interrupted)
                throw;
            moved.emplace_back(error.what());
        }
    }
}

[[noreturn]] void refuse(const std::string &what, const std::vector<std::string> &lines) {
    constexpr std::size_t k_most_lines = 20;
    std::string list;
    for (std::size_t i = 0; i < std::min(lines.size(), k_most_lines); ++i)
        list += "\n  " + lines[i];
    if (lines.size() > k_most_lines)
        list += fmt::format("\n  and {} more", lines.size() - k_most_lines);
    throw Error(ErrorKind::stale, what + list, k_plan_again);
}

void add_differences(const Json &planned, const Json &now, const std::string &place,
                     std::vector<std::string> &found) {
    const auto in_words = [](const Json *value) {
        return value == nullptr ? std::string("nothing") : short_json(*value);
    };
    const auto tell = [&](const Json *said, const Json *is, const std::string &where) {
        found.push_back(
            fmt::format("{}: {} in the plan, but {}", where, in_words(said), in_words(is)));
    };
    if (planned.is_object() && now.is_object()) {
        for (const auto &[key, value] : planned.items()) {
            if (const auto other = now.find(key); other == now.end())
                tell(&value, nullptr, model::place_of(place, key));
            else
                add_differences(value, *other, model::place_of(place, key), found);
        }
        for (const auto &[key, value] : now.items())
            if (!planned.contains(key))
                tell(nullptr, &value, model::place_of(place, key));
    } else if (planned.is_array() && now.is_array() && planned.size() == now.size()) {
        for (std::size_t i = 0; i < now.size(); ++i)
            add_differences(planned[i], now[i], fmt::format("{}[{}]", place, i), found);
    } else if (planned != now) {
        tell(&planned, &now, place);
    }
}

/// The members that follow from the catalog and the recipe's choices, as a document has them. Those
/// left out are judged when the plan is read, or are for people.
Json derived_members(Target target) {
    target.reason.clear();
    target.publish.way.reason.clear();
    target.notes.clear();
    target.steps.clear();
    target.injected.clear();
    target.volatile_paths.clear();
    target.mounts.clear();
    target.rehearsal.reset();
    if (target.disk)
        target.disk = not_looked_at(target.disk->wish);
    Plan plan;
    plan.targets.push_back(std::move(target));
    Json members = to_json(plan)["targets"][0];
    members.erase("preconditions");
    return members;
}

/// A plan that was made in another project is for that project, unless its recipe says otherwise;
/// who applies it may be allowed to do even that. What a recipe says, a plan does not prove.
void require_no_gift(const Target &target, const CatalogView &catalog) {
    if (!catalog.has_projects())
        return;
    const std::string project = catalog.project();
    const std::string &owner = target.publish.owner;
    if (owner != project && owner != target.source.owner)
        throw Error(ErrorKind::refused,
                    fmt::format("the plan makes an image for project '{}' of one of project '{}', "
                                "but this is project '{}'",
                                base::escape(owner), base::escape(target.source.owner),
                                base::escape(project)),
                    fmt::format("if it is meant for this project, write publish.owner: {} in the "
                                "recipe and plan again; if for the other, sign in with that one, "
                                "or apply the recipe itself",
                                base::escape(project)));
}

} // namespace

void require_acceptable(const Plan &plan) {
    const auto end = base::parse_utc(plan.expires_at);
    if (!plan.expires_at.empty() && (!end || base::utc_time_now() >= *end))
        throw Error(ErrorKind::stale,
                    fmt::format("the plan expired at {}", base::escape(plan.expires_at)),
                    k_plan_again);
    for (const Target &target : plan.targets)
        if (target.rehearsal && !target.rehearsal->passed)
            throw Error(ErrorKind::refused,
                        "the plan's rehearsal did not pass" +
                            (target.rehearsal->error.empty()
                                 ? std::string(": steps went beyond the limits of the recipe")
                                 : ": " + base::escape(target.rehearsal->error)),
                        "fix the recipe and rehearse again");
}

void require_same_images(const Target &target, const std::string &recipe_name,
                         const CatalogView &catalog) {
    std::vector<Image> images = counted_images(target, recipe_name, catalog).images;
    std::erase_if(images, [](const Image &image) { return image.unfinished(); });
    std::vector<std::string> moved;
    compare_images(used_images(target, images), images, moved);
    find_new_images(target, images, moved);
    if (!moved.empty())
        refuse("what the plan was made from has changed during the run", moved);
}

void require_unchanged(const Plan &plan, std::size_t index, const CatalogView &catalog) {
    const Target &target = plan.targets.at(index);
    require_no_gift(target, catalog);
    std::vector<std::string> moved;
    const CountedImages counted = counted_images(target, target.recipe.name, catalog);
    const std::vector<Image> &images = counted.images;
    compare_images(named_images(target, images), images, moved);
    find_new_images(target, images, moved);
    compare_source(target, counted, moved);
    // Bytes that were kept hold them already.
    if (target.action == Action::create && target.kept() == nullptr)
        compare_files(target, moved);
    if (!moved.empty())
        refuse("the plan is stale; since it was made", moved);
    const std::string place = fmt::format("targets[{}]", index);
    add_differences(derived_members(target), derived_members(replanned(target, place, catalog)),
                    place, moved);
    if (!moved.empty())
        refuse("the plan does not fit the catalog: it is stale, or was not made from it", moved);
}

} // namespace retouch::plan
