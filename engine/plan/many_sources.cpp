#include "plan/many_sources.hpp"

#include "base/path_glob.hpp"
#include "base/text.hpp"
#include "plan/lineage.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>

namespace retouch::plan {

namespace {

bool is_pattern(const std::string &name) {
    return name.find_first_of("*?[") != std::string::npos;
}

/// What a run published under another name is never a source again. Under the source's own name it
/// stands for its source.
bool may_be_source(const Image &image, const Recipe &recipe) {
    return is_visible(image) && !image.unfinished() &&
           (!recipe.publish.name || image.property(lineage::k_recipe) != recipe.name);
}

/// Of the project's own images, asked for once, and of no other: a stranger's image may be called
/// anything.
class Names {
  public:
    Names(const Recipe &recipe, const CatalogView &catalog) : recipe_(recipe), catalog_(catalog) {}

    [[nodiscard]] std::vector<std::string> matching(const std::string &pattern) {
        std::vector<std::string> found;
        for (const std::string &name : all())
            if (base::matches_name(pattern, name))
                found.push_back(name);
        if (found.empty())
            throw Error(ErrorKind::failed,
                        fmt::format("no visible image is called as '{}' in source.images says",
                                    base::escape(pattern)),
                        "`retouch images` tells what there is");
        return found;
    }

  private:
    const std::set<std::string> &all() {
        if (all_)
            return *all_;
        all_.emplace();
        const std::string owner = recipe_.source_owner.value_or(catalog_.project());
        const ImageQuery own{.owner = catalog_.has_projects() ? owner : "", .hidden = false};
        for (const Image &image :
             catalog_.has_projects() ? catalog_.images_where(own) : catalog_.images())
            if (may_be_source(image, recipe_))
                all_->insert(image.name);
        return *all_;
    }

    const Recipe &recipe_;
    const CatalogView &catalog_;
    std::optional<std::set<std::string>> all_;
};

} // namespace

std::vector<CheckedRecipe> for_each_source(const CheckedRecipe &checked,
                                           const CatalogView &catalog) {
    if (checked.recipe.source_images.empty())
        return {checked};
    Names names(checked.recipe, catalog);
    std::vector<CheckedRecipe> all;
    std::set<std::string> seen;
    const auto add = [&](const std::string &image) {
        if (!seen.insert(image).second)
            return;
        CheckedRecipe &one = all.emplace_back(checked);
        one.recipe.source_images.clear();
        one.recipe.source_image = image;
    };
    for (const std::string &entry : checked.recipe.source_images) {
        if (is_pattern(entry))
            std::ranges::for_each(names.matching(entry), add);
        else
            add(entry);
    }
    return all;
}

} // namespace retouch::plan
