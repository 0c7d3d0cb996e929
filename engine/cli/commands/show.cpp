// retouch show: one image's record in full, or a saved plan as it was shown when it was made.

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/documents.hpp"
#include "cli/find_image.hpp"
#include "cli/plan_file.hpp"
#include "cli/workspace.hpp"
#include "plan/saved_plan.hpp"
#include "render/images.hpp"

namespace retouch::cli {

namespace {

struct Options {
    std::string image;
    std::string format = "text";
};

int run(const Options &options, Context &context) {
    if (const std::optional<std::string> plan = plan_file_text(options.image)) {
        context.console.out(shown_plan(plan::read_plan(*plan), options.format,
                                       context.console.out_colour(), false));
        return 0;
    }
    const Workspace workspace(context);
    const std::unique_ptr<CatalogView> catalog = view_catalog(workspace.catalog(), context);
    const Image image = find_image(*catalog, options.image);
    if (options.format == "json")
        context.console.out(render::image_json(image, catalog->name()).dump(2) + "\n");
    else if (options.format == "markdown")
        context.console.out(render::image_markdown(image));
    else
        context.console.out(render::image_text(image, context.console.out_colour()));
    return 0;
}

} // namespace

void add_show(CLI::App &app, Context &context) {
    Command command(app, "show", "Show one image, its record and properties, or a saved plan.",
                    "retouch show \"Debian 12\"\n"
                    "retouch show 3f0c8a52-6d0e-4a53-9a37-6f1c9a1f4a10 --format json");
    const auto options = std::make_shared<Options>();
    command.argument("IMAGE", options->image,
                     "id, or a name (of several images of a name the visible one is meant), or a "
                     "file saved by: plan -o");
    command.option_of("--format", options->format, {"text", "json", "markdown"},
                      "form of the record");
    command.action(context, [options, &context] { return run(*options, context); });
}

} // namespace retouch::cli
