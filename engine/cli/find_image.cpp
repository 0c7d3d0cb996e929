// Find image: ids are exact; names may be shared, and then the project's own image, and of those
// the visible one, is what people mean. An error lists every candidate with its id, so that the
// next command can name one. Nothing is guessed when two candidates are equally good.

#include "cli/find_image.hpp"

#include "base/text.hpp"
#include "retouch/error.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <span>

namespace retouch::cli {

namespace {

/// Those of the project; when there are none, public ones, unless `only_own`.
std::vector<Image> called(const CatalogView &catalog, const std::string &name, bool only_own) {
    if (!catalog.has_projects())
        return catalog.images_where({.names = {name}});
    std::vector<Image> own = catalog.images_where({.owner = catalog.project(), .names = {name}});
    return own.empty() && !only_own
               ? catalog.images_where({.names = {name}, .visibility = "public"})
               : own;
}

Error unknown(const CatalogView &catalog, const std::string &word) {
    std::vector<std::string> names;
    for (const Image &image : catalog.images())
        names.push_back(image.name);
    const auto near = base::did_you_mean(word, names);
    return {ErrorKind::failed,
            fmt::format("no image '{}' in catalog {}", base::escape(word),
                        base::escape(catalog.name())),
            near ? fmt::format("did you mean '{}'?", base::escape(*near))
                 : "see what there is: retouch images"};
}

Error ambiguous(const std::vector<Image> &candidates, const std::string &word) {
    constexpr std::size_t k_most_listed = 20;
    const std::size_t left_out = candidates.size() - std::min(candidates.size(), k_most_listed);
    std::string hint = "name one by its id:";
    if (left_out > 0)
        hint += fmt::format("\n  {} older ones, and", left_out);
    for (const Image &image : std::span(candidates).subspan(left_out))
        hint += fmt::format("\n  {}  {}{}", base::escape(image.id), base::escape(image.created_at),
                            image.hidden ? "  hidden" : "");
    return {ErrorKind::failed,
            fmt::format("{} images are called '{}'", candidates.size(), base::escape(word)), hint};
}

/// `to_remove`: nothing is guessed, and nobody else's image is meant by its name.
Image find(const CatalogView &catalog, const std::string &word, bool to_remove) {
    if (std::optional<Image> image = catalog.find(word))
        return *image;
    std::vector<Image> candidates = called(catalog, word, to_remove);
    if (candidates.empty())
        throw unknown(catalog, word);
    const bool some_visible = std::ranges::any_of(candidates, std::logical_not(), &Image::hidden);
    if (!to_remove && some_visible)
        std::erase_if(candidates, [](const Image &image) { return image.hidden; });
    if (candidates.size() > 1)
        throw ambiguous(candidates, word);
    return candidates.front();
}

} // namespace

Image find_image(const CatalogView &catalog, const std::string &name_or_id) {
    return find(catalog, name_or_id, false);
}

Image find_only_image(const CatalogView &catalog, const std::string &name_or_id) {
    return find(catalog, name_or_id, true);
}

} // namespace retouch::cli
