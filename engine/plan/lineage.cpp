#include "plan/lineage.hpp"

#include "base/text.hpp"
#include "base/uuid.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <tuple>

namespace retouch {

namespace {

/// A chain longer than this is damaged or circular; nobody stacks recipes that deep.
constexpr int k_longest_chain = 64;

const Image *find_id(const std::vector<Image> &images, const std::string &id) {
    const auto found = std::ranges::find(images, id, &Image::id);
    return found == images.end() ? nullptr : &*found;
}

bool is_generation(const Image &image, const std::string &recipe_name) {
    return image.property(lineage::k_recipe) == recipe_name;
}

/// The generation under `name` that comes last, hidden or not.
const Image *last_generation_of(const std::vector<Image> &images, const std::string &recipe_name,
                                const std::string &name) {
    const Image *last = nullptr;
    for (const Image &image : images)
        if (image.name == name && image.status == "active" && !image.unfinished() &&
            is_generation(image, recipe_name) && (last == nullptr || comes_after(image, *last)))
            last = &image;
    return last;
}

std::string list_images(const std::vector<const Image *> &images) {
    std::string text;
    for (const Image *image : images)
        text += fmt::format("\n  {}  {}  created {}", image->id, escape(image->name),
                            image->created_at);
    return text;
}

[[noreturn]] void fail_ambiguous(const std::string &name,
                                 const std::vector<const Image *> &candidates) {
    throw Error(ErrorKind::failed,
                fmt::format("the source '{}' is ambiguous: {} images bear that name{}",
                            escape(name), candidates.size(), list_images(candidates)),
                "name the one you mean by its id in source.image, or hide the others");
}

[[noreturn]] void fail_unknown(const std::string &source, const std::vector<Image> &images) {
    std::vector<std::string> names;
    std::vector<const Image *> hidden;
    for (const Image &image : images) {
        if (is_visible(image))
            names.push_back(image.name);
        else if (image.name == source)
            hidden.push_back(&image);
    }
    std::string hint = "`retouch images` lists what the catalog holds";
    if (!hidden.empty())
        hint = "only hidden or inactive images bear that name; name one by its id:" +
               list_images(hidden);
    else if (const auto near = did_you_mean(source, names))
        hint = fmt::format("did you mean '{}'?", escape(*near));
    throw Error(ErrorKind::failed,
                fmt::format("the catalog has no image '{}' to build from", escape(source)), hint);
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
                      generation.property(lineage::k_source_digest).value_or(""), ""};
    lineage.notes.push_back(
        fmt::format("the source image {} is gone; its digest is known from image {}", escape(id),
                    generation.id));
}

/// Since when a lineage exists: an image that came later is news to it.
std::string lineage_start(const Image &generation, const std::vector<Image> &images) {
    const Image *source = find_id(images, generation.property(lineage::k_source).value_or(""));
    return source != nullptr ? source->created_at : generation.created_at;
}

void resolve_by_name(Lineage &lineage, const std::vector<Image> &images,
                     const std::string &recipe_name, const std::string &name) {
    std::vector<const Image *> foreign;
    for (const Image &image : images)
        if (image.name == name && is_visible(image) && !descends_from(image, recipe_name, images))
            foreign.push_back(&image);
    const Image *generation = last_generation_of(images, recipe_name, name);
    if (generation != nullptr) {
        const std::string start = lineage_start(*generation, images);
        std::erase_if(foreign, [&](const Image *image) { return image->created_at <= start; });
        if (foreign.empty()) {
            use_source_of(lineage, *generation, images);
            return;
        }
    }
    if (foreign.size() > 1)
        fail_ambiguous(name, foreign);
    if (foreign.size() == 1) {
        use_record(lineage, *foreign.front());
        if (generation != nullptr)
            lineage.notes.push_back(
                fmt::format("image {} is newer than what this recipe was built from: it is the new "
                            "source",
                            foreign.front()->id));
        return;
    }
    // Nothing visible bears the name any more; what was built from it may still know it.
    const Image *present = last_generation_of(images, recipe_name, lineage.publish_name);
    if (present == nullptr)
        fail_unknown(name, images);
    use_source_of(lineage, *present, images);
    if (lineage.source_record && lineage.source_record->name != name)
        fail_unknown(name, images);
}

void find_present(Lineage &lineage, const std::vector<Image> &images,
                  const std::string &recipe_name) {
    if (const Image *present = last_generation_of(images, recipe_name, lineage.publish_name))
        lineage.present = *present;
}

} // namespace

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
    return {image.id, image.name, image.digest(), image.updated_at};
}

bool descends_from(const Image &image, const std::string &recipe_name,
                   const std::vector<Image> &images) {
    const Image *current = &image;
    for (int depth = 0; current != nullptr && depth < k_longest_chain; ++depth) {
        if (is_generation(*current, recipe_name))
            return true;
        const auto source = current->property(lineage::k_source);
        current = source ? find_id(images, *source) : nullptr;
    }
    return false;
}

Lineage resolve_lineage(const std::vector<Image> &images, const std::string &recipe_name,
                        const std::string &source, const std::optional<std::string> &publish_name) {
    if (const Image *by_id = is_uuid(source) ? find_id(images, source) : nullptr; by_id != nullptr)
        return lineage_of(*by_id, images, recipe_name, publish_name);
    Lineage lineage;
    lineage.publish_name = publish_name.value_or(source);
    resolve_by_name(lineage, images, recipe_name, source);
    find_present(lineage, images, recipe_name);
    return lineage;
}

Lineage lineage_of(const Image &named, const std::vector<Image> &images,
                   const std::string &recipe_name, const std::optional<std::string> &publish_name) {
    Lineage lineage;
    lineage.publish_name = publish_name.value_or(named.name);
    if (is_generation(named, recipe_name))
        use_source_of(lineage, named, images);
    else
        use_record(lineage, named);
    find_present(lineage, images, recipe_name);
    return lineage;
}

} // namespace retouch
