#include "plan/source_refusals.hpp"

#include "base/text.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <span>

namespace retouch::plan {

namespace {

constexpr std::size_t k_most_listed = 20;

/// One to a line; of many the last ones, and how many are left out.
std::string list_images(const std::vector<const Image *> &images,
                        const std::function<std::string(const Image &)> &whose = {}) {
    const std::size_t left_out = images.size() - std::min(images.size(), k_most_listed);
    std::string text;
    if (left_out > 0)
        text = fmt::format("\n  {} older ones, and", left_out);
    for (const Image *image : std::span(images).subspan(left_out))
        text += fmt::format("\n  {}  {}{}  created {}", image->id, base::escape(image->name),
                            whose ? whose(*image) : std::string(), image->created_at);
    return text;
}

bool is_own(const Image &image, const SourceChoice &source) {
    return std::ranges::find(source.own, image.owner) != source.own.end();
}

/// Images of other projects are told, and never taken because of their name alone.
void refuse_strangers(const SourceChoice &source, const std::vector<Image> &images) {
    if (source.owner || !source.elsewhere)
        return;
    std::vector<const Image *> found;
    for (const Image &image : images)
        if (image.name == source.image && is_visible(image) && !is_own(image, source))
            found.push_back(&image);
    if (found.empty())
        return;
    const auto project = [](const Image &image) {
        return fmt::format("  project {}", base::escape(image.owner));
    };
    throw Error(ErrorKind::refused,
                fmt::format("the project has no image '{}' to build from; others have{}",
                            base::escape(source.image), list_images(found, project)),
                fmt::format("if one of them is meant, say so in the recipe: source.owner: {}; with "
                            "publish.owner as well the new image belongs to that project and "
                            "replaces its image",
                            base::escape(found.back()->owner)));
}

} // namespace

void fail_ambiguous(const std::string &name, const std::vector<const Image *> &candidates) {
    throw Error(ErrorKind::failed,
                fmt::format("the source '{}' is ambiguous: {} images have that name{}",
                            base::escape(name), candidates.size(), list_images(candidates)),
                "name the one you mean by its id in source.image, hide the others, or take the one "
                "that came last: newest: true");
}

void fail_several_selected(const std::string &properties,
                           const std::vector<const Image *> &candidates) {
    throw Error(ErrorKind::failed,
                fmt::format("the source is ambiguous: {} images have {}{}", candidates.size(),
                            properties, list_images(candidates)),
                "ask for more properties, hide the others, or take the one that came last: "
                "newest: true");
}

void fail_unknown(const SourceChoice &source, const Maker &maker,
                  const std::vector<Image> &counted) {
    const std::vector<Image> images = source.elsewhere ? source.elsewhere() : counted;
    std::vector<std::string> names;
    std::vector<const Image *> hidden;
    for (const Image &image : images) {
        if (source.owner ? image.owner != *source.owner : !is_own(image, source))
            continue;
        if (image.name != source.image && is_visible(image))
            names.push_back(image.name);
        else if (image.name == source.image && !is_visible(image))
            hidden.push_back(&image);
    }
    if (hidden.empty())
        refuse_strangers(source, images);
    std::string hint = "`retouch images` lists what the catalog holds";
    if (!maker.refuted.empty())
        hint = why_refuted(*maker.refuted.begin());
    else if (!hidden.empty())
        hint = "only hidden or inactive images have that name; name one by its id:" +
               list_images(hidden);
    else if (const auto near = base::did_you_mean(source.image, names))
        hint = fmt::format("did you mean '{}'?", base::escape(*near));
    const std::string whose =
        source.owner ? fmt::format(" of project {}", base::escape(*source.owner)) : std::string();
    throw Error(ErrorKind::failed,
                fmt::format("the catalog has no image '{}'{} to build from",
                            base::escape(source.image), whose),
                hint);
}

void refuse_new_owner(const std::string &name, const Image &found, const std::string &before) {
    throw Error(ErrorKind::refused,
                fmt::format("the source '{}' would be image {} of project {}, but what is there "
                            "was built from an image of project {}",
                            base::escape(name), found.id, base::escape(found.owner),
                            base::escape(before)),
                fmt::format("if that is meant, say so in the recipe: source.owner: {}; else "
                            "source.owner: {}",
                            base::escape(found.owner), base::escape(before)));
}

std::string why_refuted(const std::string &id) {
    return fmt::format(
        "image {} says that this recipe made it, but its bytes in Ceph carry no mark of retouch: "
        "it "
        "is left alone; if retouch uploaded it before it left marks on such images, then: rbd "
        "image-meta set POOL/{} retouch.uploaded {}",
        id, id, id);
}

} // namespace retouch::plan
