#include "plan/shared_name.hpp"

#include "base/text.hpp"
#include "plan/publishing.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>
#include <map>
#include <utility>

#include <algorithm>
#include <optional>
#include <span>

namespace retouch::plan {

namespace {

/// The recipe that made `image` in the project that is published for, when it is another one.
std::optional<std::string> other_recipe(const Image &image, const Lineage &lineage) {
    const auto recipe = image.property(lineage::k_recipe);
    const bool is_other = image.owner == lineage.maker.owner && recipe != lineage.maker.recipe;
    return is_other ? recipe : std::nullopt;
}

std::string whose_image(const Image &image, const Lineage &lineage) {
    if (image.owner != lineage.maker.owner)
        return fmt::format("it belongs to project {}", base::escape(image.owner));
    if (const auto recipe = other_recipe(image, lineage))
        return fmt::format("the recipe '{}' made it, on which this one does not build; if that was "
                           "this recipe's name before, hide the image, else give one of the two "
                           "another publish.name",
                           base::escape(*recipe));
    return "this recipe did not make it";
}

} // namespace

void refuse_contested_name(const Lineage &lineage, const std::vector<Image> &images) {
    if (!lineage.present)
        return;
    for (const Image &image : bystanders(lineage, images)) {
        const auto recipe = other_recipe(image, lineage);
        if (!recipe || image.created_at <= lineage.present->created_at)
            continue;
        throw Error(ErrorKind::refused,
                    fmt::format("the recipe '{}' has published image {} under the name '{}' since "
                                "this recipe published image {}: two recipes that do not build on "
                                "each other cannot share a name",
                                base::escape(*recipe), image.id, base::escape(lineage.publish_name),
                                lineage.present->id),
                    fmt::format("give one of them another publish.name, let this one build on that "
                                "(source.image: '{}'), or hide or remove that image if its recipe "
                                "is not applied any more",
                                base::escape(lineage.publish_name)));
    }
}

std::vector<std::string> notes_on_shared_name(const Lineage &lineage,
                                              const std::vector<Image> &images) {
    constexpr std::size_t k_most_told = 20;
    std::vector<std::string> notes;
    const std::vector<Image> others = bystanders(lineage, images);
    if (others.size() > k_most_told)
        notes.push_back(fmt::format("{} older images than those told of below also have the name "
                                    "'{}' and stay visible",
                                    others.size() - k_most_told,
                                    base::escape(lineage.publish_name)));
    for (const Image &image : std::span(others).last(std::min(others.size(), k_most_told)))
        notes.push_back(fmt::format("image {} also has the name '{}' and stays visible: {}",
                                    image.id, base::escape(lineage.publish_name),
                                    whose_image(image, lineage)));
    return notes;
}

std::string shared_name_in(const Plan &plan) {
    std::map<std::pair<std::string, std::string>, const Target *> seen;
    for (const Target &target : plan.targets) {
        const auto [place, is_new] =
            seen.try_emplace({target.publish.owner, target.publish.name}, &target);
        if (!is_new)
            return fmt::format("two images would be published as \"{}\": that of {}, made from "
                               "{}, and that of {}, made from {}",
                               base::escape(target.publish.name),
                               base::escape(place->second->recipe.path), place->second->source.id,
                               base::escape(target.recipe.path), target.source.id);
    }
    return {};
}

void require_distinct_names(const Plan &plan) {
    if (const std::string shared = shared_name_in(plan); !shared.empty())
        throw Error(ErrorKind::refused, shared,
                    "give each a name of its own (publish.name), or leave one out");
}

} // namespace retouch::plan
