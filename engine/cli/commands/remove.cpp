// retouch remove: an image's record and bytes, gone for good; asks first.

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/find_image.hpp"
#include "cli/progress.hpp"
#include "cli/workspace.hpp"
#include "plan/lineage.hpp"
#include "render/images.hpp"
#include "render/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace retouch::cli {

namespace {

struct Options {
    std::string image;
    bool yes = false;
    bool break_lineage = false;
};

/// A recipe builds its next version from what its last one was built from, shown or hidden.
bool is_last_of_its_recipe(const Image &image, const CatalogView &catalog) {
    const auto recipe = image.property(lineage::k_recipe);
    if (!recipe)
        return plan::is_visible(image);
    const std::vector<Image> made =
        catalog.images_where({.owner = image.owner,
                              .names = {image.name},
                              .properties = {{lineage::k_recipe, *recipe}}});
    const Image *last = plan::last_generation_of(made, {image.owner, *recipe}, image.name);
    return last != nullptr && last->id == image.id;
}

/// What can only be built anew from `image`: the last images of recipes. Of other projects than its
/// own and ours only what a run has published: others may say what they like.
std::vector<Image> built_from(const Image &image, const CatalogView &catalog) {
    const std::string project = catalog.has_projects() ? catalog.project() : std::string();
    std::vector<Image> found =
        catalog.images_where({.properties = {{lineage::k_source, image.id}}});
    std::erase_if(found, [&](const Image &other) {
        const bool is_known = other.owner == image.owner || other.owner == project ||
                              catalog.may_be_published_by_us(other);
        return other.id == image.id || other.unfinished() || !is_known ||
               other.property(lineage::k_source) != image.id ||
               !is_last_of_its_recipe(other, catalog);
    });
    return found;
}

void require_no_lineage(const Image &image, const CatalogView &catalog) {
    const std::vector<Image> needing = built_from(image, catalog);
    if (needing.empty())
        return;
    std::string list;
    for (const Image &other : needing)
        list += fmt::format("\n  {} ({}), made by the recipe {}", render::in_quotes(other.name),
                            other.id,
                            render::in_quotes(other.property(lineage::k_recipe).value_or("")));
    throw Error(ErrorKind::refused,
                fmt::format("image {} is the base of {}; without it a changed recipe cannot build "
                            "the next version:{}",
                            image.id, render::counted(needing.size(), "image"), list),
                "keep it, hidden if it should not be seen, or add --break-lineage to remove it all "
                "the same");
}

bool confirmed(const Image &image, Context &context) {
    context.console.err(render::image_text(image, context.console.err_colour()));
    return context.console.ask("\nRemove this image for good? Only 'yes' is accepted: ");
}

int run(const Options &options, Context &context) {
    if (!options.yes && !context.console.can_ask())
        throw Error(ErrorKind::usage, "nobody is there to confirm the removal",
                    "add --yes to remove without a question");
    const Workspace workspace(context);
    Progress progress(context);
    const std::unique_ptr<Catalog> catalog = open_catalog(workspace.catalog(), context, progress,
                                                          options.yes ? Clear::all : Clear::host);
    const Image image = find_only_image(*catalog, options.image);
    if (!options.break_lineage)
        require_no_lineage(image, *catalog);
    if (!options.yes && !confirmed(image, context))
        throw Error(ErrorKind::failed, "nothing was removed");
    catalog->remove(image.id);
    context.console.out(fmt::format("Removed {} ({}).\n", render::in_quotes(image.name), image.id));
    return 0;
}

} // namespace

void add_remove(CLI::App &app, Context &context) {
    Command command(app, "remove", "Remove an image and its bytes for good.",
                    "retouch remove 3f0c8a52-6d0e-4a53-9a37-6f1c9a1f4a10\n"
                    "retouch remove scratch --yes");
    const auto options = std::make_shared<Options>();
    command.argument("IMAGE", options->image, "id, or a name that only one image has");
    command.flag("-y,--yes", options->yes, "remove without asking");
    command.flag("--break-lineage", options->break_lineage,
                 "remove it even when images of recipes were built from it");
    command.action(context, [options, &context] { return run(*options, context); });
}

} // namespace retouch::cli
