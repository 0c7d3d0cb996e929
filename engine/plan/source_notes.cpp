#include "plan/source_notes.hpp"

#include "base/text.hpp"
#include "plan/publishing.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>

namespace retouch::plan {

namespace {

/// Nova reads further disks and their device names from them.
constexpr std::array<const char *, 3> k_disks_of_nova = {"block_device_mapping", "mappings",
                                                         "root_device_name"};

std::optional<std::string> tags_left(const Recipe &recipe, const Image &source) {
    if (recipe.publish.tags)
        return std::nullopt;
    const std::vector<std::string> carried = carried_tags(source);
    std::vector<std::string> left;
    for (const std::string &tag : source.tags)
        if (std::ranges::find(carried, tag) == carried.end())
            left.push_back(fmt::format("'{}'", base::escape(tag)));
    if (left.empty())
        return std::nullopt;
    std::ranges::sort(left);
    return fmt::format("{} {} of the source {} behind: by {} another manager of images knows its "
                       "own",
                       left.size() == 1 ? "tag" : "tags", fmt::join(left, ", "),
                       left.size() == 1 ? "stays" : "stay", left.size() == 1 ? "it" : "them");
}

std::optional<std::string> signature_lost(const Image &source, const PropertyChanges &changes) {
    if (!source.property("img_signature") ||
        std::ranges::find(changes.remove, "img_signature") == changes.remove.end())
        return std::nullopt;
    return "the source is signed, the new image is not: computes with verify_glance_signatures in "
           "[glance] of nova.conf refuse to boot it where they download it, as do all for servers "
           "that ask for trusted image certificates";
}

std::optional<std::string> disks_told(const PropertyChanges &changes) {
    std::vector<std::string> told;
    for (const char *name : k_disks_of_nova)
        if (changes.keep.contains(name))
            told.emplace_back(name);
    if (told.empty())
        return std::nullopt;
    const bool one = told.size() == 1;
    return fmt::format("{} {} of the source {} over, and the image has bytes of its own: Nova lays "
                       "out the disks of a server by {} as well; null under properties: leaves {} "
                       "out",
                       one ? "property" : "properties", fmt::join(told, ", "),
                       one ? "comes" : "come", one ? "it" : "them", one ? "it" : "them");
}

} // namespace

std::vector<std::string> notes_on_what_comes_over(const Recipe &recipe, const Image &source,
                                                  const PropertyChanges &changes) {
    std::vector<std::string> notes;
    for (std::optional<std::string> note :
         {tags_left(recipe, source), signature_lost(source, changes), disks_told(changes)})
        if (note)
            notes.push_back(*std::move(note));
    return notes;
}

std::vector<std::string> notes_on_amounts(const Target &target) {
    constexpr std::size_t most = 128;
    constexpr std::size_t of_retouch = 6; ///< one of them until the hand-over
    const std::size_t properties =
        target.properties.keep.size() + target.properties.set.size() + of_retouch;
    const std::size_t tags = target.publish.tags.size();
    std::vector<std::string> notes;
    if (properties > most)
        notes.push_back(fmt::format(
            "the new image gets {} properties, those of retouch among them, but Glance takes {} "
            "unless its image_property_quota says otherwise: leave some out with null or drop",
            properties, most));
    if (tags > most)
        notes.push_back(
            fmt::format("the new image gets {} tags, but Glance takes {} unless its "
                        "image_tag_quota says otherwise: name those it should have with "
                        "publish.tags",
                        tags, most));
    return notes;
}

} // namespace retouch::plan
