#include "plan/publishing.hpp"

#include "base/clock.hpp"
#include "base/text.hpp"
#include "plan/disk_plan.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace retouch::plan {

namespace {

std::vector<std::string> normal_tags(std::vector<std::string> tags) {
    std::ranges::sort(tags);
    tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
    return tags;
}

/// The recipe's fields over those of `base`, whose tags that stay are `tags`.
PublishPlan resolve_fields(const Recipe &recipe, const Image &base,
                           const std::vector<std::string> &tags, const Lineage &lineage) {
    const Publish &wanted = recipe.publish;
    PublishPlan plan;
    plan.name = lineage.publish_name;
    plan.visibility = wanted.visibility.value_or(base.visibility);
    plan.disk_format = base.disk_format;
    if (recipe.output && !recipe.output->format.empty())
        plan.disk_format = recipe.output->format;
    plan.container_format = base.container_format;
    plan.owner = lineage.maker.owner;
    plan.tags = normal_tags(wanted.tags.value_or(tags));
    plan.min_disk_gib =
        wanted.min_disk_gib.value_or(std::max(base.min_disk_gib, least_min_disk_gib(recipe.disk)));
    plan.min_ram_mib = wanted.min_ram_mib.value_or(base.min_ram_mib);
    plan.is_protected = wanted.is_protected.value_or(base.stays_protected());
    return plan;
}

std::string dated_name(const std::string &name, int number) {
    const std::string dated = fmt::format("{}-{}", name, base::utc_today());
    return number == 1 ? dated : fmt::format("{}-{}", dated, number);
}

/// Of the image service's own schema, in characters.
void require_name_that_fits(const std::string &name) {
    constexpr std::size_t longest = 255;
    if (base::code_points(name) > longest)
        throw Error(ErrorKind::refused,
                    fmt::format("the image before would be renamed to a name of more than {} "
                                "characters: {}",
                                longest, base::escape(name)),
                    "give the image a shorter name (publish.name), or choose another "
                    "publish.previous");
}

/// NAME-YYYYMMDD, with a number behind it when that is taken; each is given once.
class DatedNames {
  public:
    /// Borrows `images`.
    DatedNames(std::string name, const std::vector<Image> &images) : name_(std::move(name)) {
        for (const Image &image : images)
            taken_.insert(image.name);
    }

    std::string next() {
        std::string candidate = dated_name(name_, ++number_);
        while (taken_.contains(candidate))
            candidate = dated_name(name_, ++number_);
        require_name_that_fits(candidate);
        return candidate;
    }

  private:
    std::string name_;
    std::unordered_set<std::string_view> taken_;
    int number_ = 0;
};

bool bears_name(const Image &image, const Lineage &lineage) {
    return image.name == lineage.publish_name && is_visible(image);
}

/// The source, a generation, or what was built on one: this recipe's to replace, in the project it
/// publishes for.
bool belongs(const Image &image, const Lineage &lineage, const ImagesById &images) {
    return image.owner == lineage.maker.owner &&
           (image.id == lineage.source.id || descends_from(image, lineage.maker, images));
}

std::vector<Superseded> superseded(const Recipe &recipe, const Lineage &lineage,
                                   const std::vector<Image> &images, const std::string &except) {
    std::vector<Superseded> list;
    const ImagesById by_id(images);
    DatedNames dated(lineage.publish_name, images);
    for (const Image &image : images) {
        if (image.id == except || !bears_name(image, lineage) || !belongs(image, lineage, by_id))
            continue;
        Superseded entry{reference_to(image), recipe.publish.previous, ""};
        if (entry.policy == PreviousPolicy::rename)
            entry.new_name = dated.next();
        list.push_back(std::move(entry));
    }
    return list;
}

/// What is older than an image: a hand-over that died, or a person, left it visible beside that
/// one.
std::vector<Image> before(const Image &image, const std::vector<Image> &images) {
    return {images.begin(), std::ranges::find(images, image.id, &Image::id)};
}

} // namespace

std::vector<std::string> carried_tags(const Image &source) {
    std::vector<std::string> tags = normal_tags(source.tags);
    std::erase_if(tags, [](const std::string &tag) {
        return tag.starts_with("managed_by:") || tag.starts_with("managed_by_");
    });
    return tags;
}

PublishPlan publish_new(const Recipe &recipe, const Lineage &lineage,
                        const std::vector<Image> &images) {
    const Image &source = lineage.source_record.value();
    PublishPlan plan = resolve_fields(recipe, source, carried_tags(source), lineage);
    plan.lineage = recipe.publish.lineage;
    plan.superseded = superseded(recipe, lineage, images, "");
    return plan;
}

PublishPlan publish_present(const Recipe &recipe, const Lineage &lineage,
                            const std::vector<Image> &images) {
    const Image &present = lineage.present.value();
    PublishPlan plan = resolve_fields(recipe, present, present.tags, lineage);
    const auto note = [&](bool differs, PublishField field) {
        if (differs)
            plan.changed_fields.push_back(field);
    };
    note(plan.visibility != present.visibility, PublishField::visibility);
    note(plan.tags != present.tags, PublishField::tags);
    note(plan.min_disk_gib != present.min_disk_gib, PublishField::min_disk);
    note(plan.min_ram_mib != present.min_ram_mib, PublishField::min_ram);
    note(plan.is_protected != present.stays_protected(), PublishField::is_protected);
    // Hidden is right only while something built on it holds the name.
    const ImagesById by_id(images);
    const bool covered = std::ranges::any_of(images, [&](const Image &image) {
        return bears_name(image, lineage) && descends_from(image, lineage.maker, by_id);
    });
    if (present.hidden && !covered) {
        plan.changed_fields.push_back(PublishField::hidden);
        plan.superseded = superseded(recipe, lineage, images, present.id);
    } else if (is_visible(present) && recipe.publish.previous != PreviousPolicy::keep) {
        plan.superseded = superseded(recipe, lineage, before(present, images), present.id);
    }
    return plan;
}

std::optional<TakenBack> taken_back(const Lineage &lineage, const std::vector<Image> &images,
                                    const std::string &fingerprint) {
    const Image *shown = nullptr;
    const Image *hidden = nullptr;
    const ImagesById by_id(images);
    for (const Image &image : images) {
        if (bears_name(image, lineage) && belongs(image, lineage, by_id)) {
            shown = &image;
            hidden = nullptr;
        } else if (image.name == lineage.publish_name && image.status == "active" &&
                   !image.unfinished() && lineage.maker.made(image) &&
                   image.property(lineage::k_fingerprint) == fingerprint) {
            hidden = &image;
        }
    }
    if (shown == nullptr || hidden == nullptr)
        return std::nullopt;
    return TakenBack{hidden->id, shown->id};
}

std::vector<std::string> likely_dated_names(const std::string &name, int first) {
    constexpr int k_most = 9;
    std::vector<std::string> names;
    for (int number = first; number < first + k_most; ++number)
        names.push_back(dated_name(name, number));
    return names;
}

bool is_dated_name(std::string_view dated, std::string_view name) {
    constexpr std::size_t k_date = 8;
    constexpr std::size_t k_longest_number = 9;
    const auto are_digits = [](std::string_view text) {
        return text.find_first_not_of("0123456789") == text.npos;
    };
    if (!dated.starts_with(name) || !dated.substr(name.size()).starts_with('-'))
        return false;
    dated.remove_prefix(name.size() + 1);
    const std::string_view number = dated.substr(std::min(k_date, dated.size()));
    if (dated.size() < k_date || !are_digits(dated.substr(0, k_date)))
        return false;
    return number.empty() || (number.size() > 1 && number.size() <= k_longest_number &&
                              number.starts_with('-') && are_digits(number.substr(1)));
}

std::vector<Image> bystanders(const Lineage &lineage, const std::vector<Image> &images) {
    std::vector<Image> found;
    const ImagesById by_id(images);
    for (const Image &image : images)
        if (bears_name(image, lineage) && !belongs(image, lineage, by_id))
            found.push_back(image);
    return found;
}

} // namespace retouch::plan
