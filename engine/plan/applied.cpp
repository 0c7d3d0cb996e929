// Applied. Planning again tells: whatever moved besides is work to it, or another fingerprint.

#include "plan/applied.hpp"

#include "plan/counted_images.hpp"
#include "plan/replan.hpp"
#include "retouch/error.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace retouch::plan {

namespace {

/// An image the plan knew of was not made by applying it.
bool made_it(const Target &target, const std::string &id) {
    return target.action != Action::create || !observed_ids(target).contains(id);
}

/// No image but `present` came to the names the plan is about.
bool nothing_came(const Target &target, const std::string &recipe_name, const std::string &present,
                  const CatalogView &catalog) {
    const std::vector<Image> images = counted_images(target, recipe_name, catalog).images;
    const std::set<std::string> known = observed_ids(target);
    return std::ranges::none_of(images, [&](const Image &image) {
        return image.id != present && !known.contains(image.id) &&
               (image.name == target.publish.name || image.name == target.source.name);
    });
}

} // namespace

std::optional<Target> as_applied(const Target &target, const std::string &place,
                                 const CatalogView &catalog) {
    if (!is_work(target.action))
        return std::nullopt;
    try {
        Target now = replanned(target, place, catalog);
        const bool is_done =
            now.action == Action::none && now.present && now.fingerprint == target.fingerprint &&
            now.publish.name == target.publish.name && made_it(target, now.present->id) &&
            nothing_came(target, target.recipe.name, now.present->id, catalog);
        return is_done ? std::optional(std::move(now)) : std::nullopt;
    } catch (const Error &error) {
        if (error.kind() == ErrorKind::interrupted)
            throw;
        return std::nullopt;
    }
}

} // namespace retouch::plan
