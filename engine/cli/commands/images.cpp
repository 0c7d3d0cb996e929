// retouch images: everything a catalog holds, hidden and unfinished records included.

#include "render/images.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/workspace.hpp"

namespace retouch::cli {

namespace {

int run(const std::string &format, Context &context) {
    const Workspace workspace(context);
    const std::unique_ptr<CatalogView> catalog = view_catalog(workspace.catalog(), context);
    const std::vector<Image> images = catalog->images();
    if (format == "json")
        context.console.out(render::images_json(images, catalog->name()).dump(2) + "\n");
    else if (format == "markdown")
        context.console.out(render::images_markdown(images));
    else
        context.console.out(
            render::images_text(images, catalog->name(), context.console.out_colour()));
    if (images.empty() && format == "text" && !context.global.quiet)
        context.console.err("Bring one in with: retouch import FILE --name NAME\n");
    return 0;
}

} // namespace

void add_images(CLI::App &app, Context &context) {
    Command command(app, "images", "List the images of a catalog, hidden ones too.",
                    "retouch images\n"
                    "retouch images --catalog lab --format json");
    const auto format = std::make_shared<std::string>("text");
    command.option_of("--format", *format, {"text", "json", "markdown"}, "form of the list");
    command.action(context, [format, &context] { return run(*format, context); });
}

} // namespace retouch::cli
