#include "plan/preconditions.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"
#include "base/utc_time.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace retouch {

namespace {

constexpr const char *k_plan_again =
    "make a new plan with `retouch plan -o FILE RECIPE` and review it";

/// Who made an image, as far as its record tells; empty when it does not.
std::string maker_of(const Image &image) {
    if (const auto recipe = image.property(lineage::k_recipe))
        return fmt::format(", made by the recipe '{}' at {}", escape(*recipe),
                           escape(image.created_at));
    if (!image.owner.empty())
        return fmt::format(", made by project {} at {}", escape(image.owner),
                           escape(image.created_at));
    return {};
}

void compare_images(const Target &target, const std::vector<Image> &images,
                    std::vector<std::string> &moved) {
    for (const Image &image : images) {
        const auto seen = std::ranges::find(target.observed, image.id, &ImageReference::id);
        const bool concerns = image.name == target.publish.name || image.name == target.source.name;
        if (seen == target.observed.end()) {
            if (concerns)
                moved.push_back(fmt::format("image {} '{}' appeared{}", image.id,
                                            escape(image.name), maker_of(image)));
            continue;
        }
        if (image.digest() != seen->digest)
            moved.push_back(fmt::format("image {} has other contents", image.id));
        else if (image.updated_at != seen->updated_at)
            moved.push_back(fmt::format("image {} '{}' was changed at {}", image.id,
                                        escape(image.name), image.updated_at));
    }
    for (const ImageReference &seen : target.observed)
        if (std::ranges::find(images, seen.id, &Image::id) == images.end())
            moved.push_back(fmt::format("image {} '{}' is gone", seen.id, escape(seen.name)));
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
            if (!has_size(file) || sha256_file(file.path) != file.sha256)
                moved.push_back(fmt::format("{} has other contents", escape(file.path)));
        } catch (const Error &error) {
            moved.emplace_back(error.what());
        }
    }
}

} // namespace

void require_acceptable(const Plan &plan) {
    const auto end = parse_utc(plan.expires_at);
    if (!plan.expires_at.empty() && (!end || utc_time_now() >= *end))
        throw Error(ErrorKind::stale,
                    fmt::format("the plan expired at {}", escape(plan.expires_at)), k_plan_again);
    for (const Target &target : plan.targets)
        if (target.rehearsal && !target.rehearsal->passed)
            throw Error(ErrorKind::refused,
                        "the plan's rehearsal did not pass" +
                            (target.rehearsal->error.empty()
                                 ? std::string(": steps went beyond the limits of the recipe")
                                 : ": " + escape(target.rehearsal->error)),
                        "mend the recipe and rehearse again");
}

void require_unchanged(const Target &target, const CatalogView &catalog) {
    std::vector<std::string> moved;
    compare_images(target, catalog.images(), moved);
    // Bytes that were kept hold them already.
    if (target.action == Action::create && target.kept() == nullptr)
        compare_files(target, moved);
    if (moved.empty())
        return;
    std::string list;
    for (const std::string &line : moved)
        list += "\n  " + line;
    throw Error(ErrorKind::stale, "the plan is stale; since it was made" + list, k_plan_again);
}

} // namespace retouch
