// retouch export: an image's bytes as a file of their own; never over a file that exists.

#include "base/text.hpp"
#include "catalog/local.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/find_image.hpp"
#include "cli/outputs.hpp"
#include "cli/workspace.hpp"
#include "render/wording.hpp"

#include <fmt/format.h>

namespace retouch {

namespace {

struct Options {
    std::string image;
    std::string file;
};

int run(const Options &options, Context &context) {
    const Workspace workspace(context);
    const std::unique_ptr<CatalogView> catalog = view_catalog(workspace.catalog(), context);
    require_outside_catalog(options.file, workspace.catalog());
    const Image image = find_image(*catalog, options.image);
    export_image(*catalog, image, options.file);
    context.console.out(fmt::format("Exported {} ({}) to {} as {}.\n", in_quotes(image.name),
                                    image.id, escape(options.file), image.disk_format));
    return 0;
}

} // namespace

void add_export(CLI::App &app, Context &context) {
    Command command(app, "export", "Copy an image's bytes into a new file.",
                    "retouch export \"Debian 12\" debian-12.qcow2");
    const auto options = std::make_shared<Options>();
    command.argument("IMAGE", options->image,
                     "id, or a name; of several images of a name the visible one is meant");
    command.argument("FILE", options->file, "the file to write; it must not exist");
    command.action(context, [options, &context] { return run(*options, context); });
}

} // namespace retouch
