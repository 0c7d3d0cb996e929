// retouch import: bring a disk image into a catalog; the file itself stays where it is.

#include "apply/import_file.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/workspace.hpp"
#include "render/images.hpp"
#include "render/wording.hpp"
#include "store/sparse_copy.hpp"

#include <fmt/format.h>

namespace retouch::cli {

namespace {

struct Options {
    std::string file;
    std::string name;
    std::vector<std::string> properties;
    std::string format = "text";
};

/// Of an image in a file what it takes up; of others what was sent.
std::string amount_of(const Image &image, const Catalog &catalog) {
    if (catalog.has_projects())
        return base::format_bytes(static_cast<std::uint64_t>(image.size)) + " sent";
    const std::filesystem::path path = catalog.disk(image).file().value().path;
    const std::uint64_t bytes = store::allocated_bytes(base::open_regular_file(path).get(), path);
    return base::format_bytes(bytes) + " on disk";
}

int run(const Options &options, Context &context) {
    const auto properties = parse_assignments("--property", options.properties);
    const Workspace workspace(context);
    Progress progress(context);
    const std::unique_ptr<Catalog> catalog = open_catalog(workspace.catalog(), context, progress);
    const Image image =
        apply::import_file(*catalog, options.file, options.name, properties, progress);
    if (options.format == "json")
        context.console.out(render::image_json(image, catalog->name()).dump(2) + "\n");
    else
        context.console.out(fmt::format(
            "Imported {} ({}): {}, {}, {} as the guest sees it.\n", render::in_quotes(image.name),
            image.id, image.disk_format, amount_of(image, *catalog),
            base::format_bytes(static_cast<std::uint64_t>(
                image.virtual_size_bytes > 0 ? image.virtual_size_bytes : image.size))));
    return 0;
}

} // namespace

void add_import(CLI::App &app, Context &context) {
    Command command(app, "import", "Copy a raw or qcow2 file into a catalog as a new image.",
                    "retouch import debian-12.qcow2 --name \"Debian 12\"\n"
                    "retouch import disk.raw --name test --property os_distro=debian");
    const auto options = std::make_shared<Options>();
    command.argument("FILE", options->file, "a raw or qcow2 disk image");
    command.required_option("--name", options->name, "NAME", "name of the new image");
    command.repeated_option("--property", options->properties, "NAME=VALUE",
                            "a property of the new image; repeatable");
    command.option_of("--format", options->format, {"text", "json"}, "form of the result");
    command.action(context, [options, &context] { return run(*options, context); });
}

} // namespace retouch::cli
