// Which image a recipe builds from, when the image it publishes bears the same name.
//
// Publishing under the source's name is the usual case: the second run finds the image the first
// one made, visible, under the name the recipe asks for. Built from that, every run would stack its
// steps on the last and the recipe would never be done. So a generation is never its own source: an
// image this recipe made resolves to what it was made from, by the id in its record, hidden or not.
// When that image is gone its digest is still known, from the generation: enough to say "nothing to
// do", not enough to build, which is an error that says what to do.
//
// A visible image of that name which this recipe did not make, nor one built on what it made, and
// which came later than the source, is a new source: the vendor published again. Two of them are an
// error that lists them; guessing would publish the wrong one.
//
// Who made an image is what its properties say, and on a cloud anybody may write properties on
// images of their own. They count only on images of the project that publishes (Maker), and where
// the store bears marks of ours, only with such a mark. A public image of a stranger under the
// right name is not a source either, unless the recipe or the catalog names its project, or it was
// the source before: else whoever publishes an image called like yours is whom you build from.
//
// Chains of images made from each other are followed by id and not beyond a bound: records are
// written by others, and may form circles.

#include "plan/lineage.hpp"

#include "base/text.hpp"
#include "base/uuid.hpp"
#include "plan/images_by_id.hpp"
#include "plan/source_refusals.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <tuple>

namespace retouch::plan {

namespace {

bool has(const std::vector<std::string> &list, const std::string &wanted) {
    return std::ranges::find(list, wanted) != list.end();
}

void use_record(Lineage &lineage, const Image &image) {
    lineage.source = reference_to(image);
    lineage.source_record = image;
}

/// The image `generation` was made from; when its record is gone, what the generation remembers.
void use_source_of(Lineage &lineage, const Image &generation, const std::vector<Image> &images) {
    const std::string id = generation.property(lineage::k_source).value_or("");
    if (const Image *record = find_id(images, id); record != nullptr && !record->unfinished()) {
        use_record(lineage, *record);
        return;
    }
    lineage.source = {id, generation.name,
                      generation.property(lineage::k_source_digest).value_or(""), "",
                      source_owner_of(generation, images)};
    lineage.notes.push_back(
        fmt::format("the source image {} is gone; its digest is known from image {}",
                    base::escape(id), generation.id));
}

/// Since when a lineage exists: an image that came later is news to it.
std::string lineage_start(const Image &generation, const std::vector<Image> &images) {
    const Image *source = find_id(images, generation.property(lineage::k_source).value_or(""));
    return source != nullptr ? source->created_at : generation.created_at;
}

/// Visible images the name may mean, of all owners the choice allows.
std::vector<const Image *> foreign_images(const std::vector<Image> &images, const Maker &maker,
                                          const SourceChoice &source,
                                          const std::optional<std::string> &last_owner) {
    std::vector<const Image *> own;
    std::vector<const Image *> others;
    const ImagesById by_id(images);
    for (const Image &image : images) {
        if (image.name != source.image || !is_visible(image) || maker.refuted.contains(image.id) ||
            descends_from(image, maker, by_id))
            continue;
        if (source.owner ? image.owner == *source.owner : has(source.own, image.owner))
            own.push_back(&image);
        else if (!source.owner && image.visibility == "public" &&
                 (has(source.trusted, image.owner) || image.owner == last_owner))
            others.push_back(&image);
    }
    return own.empty() ? others : own;
}

void resolve_by_name(Lineage &lineage, const std::vector<Image> &images,
                     const SourceChoice &source) {
    const std::string &name = source.image;
    const Image *present = last_generation_of(images, lineage.maker, lineage.publish_name);
    const Image *generation = last_generation_of(images, lineage.maker, name);
    const Image *last = present != nullptr ? present : generation;
    std::optional<std::string> last_owner;
    if (last != nullptr)
        last_owner = source_owner_of(*last, images);
    // What another project's image was made into says nothing of this one's.
    const bool as_before = !source.owner || source.owner == last_owner;
    std::vector<const Image *> foreign = foreign_images(images, lineage.maker, source, last_owner);
    if (generation != nullptr && as_before) {
        const std::string start = lineage_start(*generation, images);
        std::erase_if(foreign, [&](const Image *image) { return image->created_at <= start; });
        if (foreign.empty()) {
            use_source_of(lineage, *generation, images);
            return;
        }
    }
    if (foreign.size() > 1 && source.newest)
        foreign = {foreign.back()}; // they are ordered by age
    if (foreign.size() > 1)
        fail_ambiguous(name, foreign);
    if (foreign.size() == 1) {
        if (!source.owner && last_owner && foreign.front()->owner != *last_owner)
            refuse_new_owner(name, *foreign.front(), *last_owner);
        use_record(lineage, *foreign.front());
        if (generation != nullptr)
            lineage.notes.push_back(
                fmt::format("image {} is newer than what this recipe was built from: it is the new "
                            "source",
                            foreign.front()->id));
        return;
    }
    // Nothing visible has the name any more; what was built from it may still know it.
    if (present == nullptr || !as_before)
        fail_unknown(source, lineage.maker, images);
    use_source_of(lineage, *present, images);
    // Built on a generation (--from-current), it is at home under the published name.
    if (lineage.source_record && lineage.source_record->name != name &&
        !lineage.maker.made(*lineage.source_record))
        fail_unknown(source, lineage.maker, images);
}

void find_present(Lineage &lineage, const std::vector<Image> &images) {
    if (const Image *present = last_generation_of(images, lineage.maker, lineage.publish_name))
        lineage.present = *present;
}

} // namespace

const Image *last_generation_of(const std::vector<Image> &images, const Maker &maker,
                                const std::string &name) {
    const Image *last = nullptr;
    for (const Image &image : images)
        if (image.name == name && image.status == "active" && !image.unfinished() &&
            maker.made(image) && (last == nullptr || comes_after(image, *last)))
            last = &image;
    return last;
}

std::string source_owner_of(const Image &generation, const std::vector<Image> &images) {
    if (const auto recorded = generation.property(lineage::k_source_owner))
        return *recorded;
    const Image *source = find_id(images, generation.property(lineage::k_source).value_or(""));
    return source != nullptr ? source->owner : generation.owner;
}

bool is_visible(const Image &image) {
    return image.status == "active" && !image.hidden;
}

bool comes_after(const Image &image, const Image &other) {
    const auto rank = [](const Image &ranked) {
        return std::tuple(is_visible(ranked), std::string_view(ranked.created_at),
                          std::string_view(ranked.updated_at));
    };
    return rank(image) >= rank(other);
}

ImageReference reference_to(const Image &image) {
    return {image.id, image.name, image.digest(), image.updated_at, image.owner};
}

bool descends_from(const Image &image, const Maker &maker, const ImagesById &images) {
    const Image *current = &image;
    for (int depth = 0; current != nullptr && depth < k_longest_chain; ++depth) {
        if (current->owner != maker.owner)
            return false;
        if (maker.made(*current))
            return true;
        const auto source = current->property(lineage::k_source);
        current = source ? images.find(*source) : nullptr;
    }
    return false;
}

Lineage resolve_lineage(const std::vector<Image> &images, const Maker &maker,
                        const SourceChoice &source,
                        const std::optional<std::string> &publish_name) {
    if (const Image *by_id = base::is_uuid(source.image) ? find_id(images, source.image) : nullptr;
        by_id != nullptr) {
        if (source.owner && by_id->owner != *source.owner)
            throw Error(ErrorKind::refused,
                        fmt::format("the source image {} belongs to project {}, not to {}",
                                    by_id->id, base::escape(by_id->owner),
                                    base::escape(*source.owner)),
                        "fix source.owner in the recipe, or leave it out: an id says which image "
                        "is meant");
        return lineage_of(*by_id, images, maker, publish_name);
    }
    Lineage lineage;
    lineage.maker = maker;
    lineage.publish_name = publish_name.value_or(source.image);
    resolve_by_name(lineage, images, source);
    find_present(lineage, images);
    return lineage;
}

Lineage lineage_of(const Image &named, const std::vector<Image> &images, const Maker &maker,
                   const std::optional<std::string> &publish_name) {
    Lineage lineage;
    lineage.maker = maker;
    lineage.publish_name = publish_name.value_or(named.name);
    if (maker.made(named))
        use_source_of(lineage, named, images);
    else
        use_record(lineage, named);
    find_present(lineage, images);
    return lineage;
}

} // namespace retouch::plan
