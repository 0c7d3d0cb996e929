// retouch export: an image's disk as a file of its own; never over a file that exists, and never
// in a format that the file's name denies.

#include "base/text.hpp"
#include "catalog/local.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/find_image.hpp"
#include "cli/outputs.hpp"
#include "cli/workspace.hpp"
#include "render/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

namespace retouch::cli {

namespace {

struct Options {
    std::string image;
    std::string file;
    std::string format;
};

/// What files of these names hold, none of which is written here.
constexpr std::array<std::string_view, 19> k_other_formats = {
    ".vmdk", ".vdi", ".vhd", ".vhdx", ".vpc", ".qcow", ".qed", ".ova", ".ovf", ".iso",
    ".ami",  ".gz",  ".xz",  ".bz2",  ".zst", ".lz4",  ".zip", ".tar", ".tgz"};

/// The format the name promises; empty when it promises none.
std::string promised_format(const std::string &file) {
    const std::string suffix =
        base::small_letters(std::filesystem::path(file).extension().string());
    if (std::ranges::find(k_other_formats, suffix) != k_other_formats.end())
        throw Error(ErrorKind::usage,
                    fmt::format("{} cannot be written: images are exported as .raw or .qcow2",
                                base::escape(file)),
                    "name the file so, and convert it with: qemu-img convert");
    return suffix == ".raw" || suffix == ".qcow2" ? suffix.substr(1) : std::string();
}

std::string wanted_format(const Options &options) {
    const std::string promised = promised_format(options.file);
    if (!promised.empty() && !options.format.empty() && promised != options.format)
        throw Error(ErrorKind::usage,
                    fmt::format("{} would not be what its name says: --format is {}",
                                base::escape(options.file), options.format),
                    fmt::format("name it .{}, or leave out --format", options.format));
    return promised.empty() ? options.format : promised;
}

int run(const Options &options, Context &context) {
    std::string format = wanted_format(options);
    const Workspace workspace(context);
    const std::unique_ptr<CatalogView> catalog = view_catalog(workspace.catalog(), context);
    require_outside_catalog(options.file, workspace.catalog());
    const Image image = find_image(*catalog, options.image);
    if (format.empty())
        format = image.disk_format;
    catalog::export_image(*catalog, image, options.file, format);
    const std::string converted =
        format == image.disk_format ? "" : fmt::format(", converted from {}", image.disk_format);
    context.console.out(fmt::format("Exported {} ({}) to {} as {}{}.\n",
                                    render::in_quotes(image.name), image.id,
                                    base::escape(options.file), format, converted));
    return 0;
}

} // namespace

void add_export(CLI::App &app, Context &context) {
    Command command(app, "export", "Copy an image's disk into a new file, raw or qcow2.",
                    "retouch export \"Debian 12\" debian-12.qcow2\n"
                    "retouch export \"Debian 12\" debian-12.img --format raw");
    const auto options = std::make_shared<Options>();
    command.argument("IMAGE", options->image,
                     "id, or a name; of several images of a name the visible one is meant");
    command.argument(
        "FILE", options->file,
        "the file to write; it must not exist. NAME.raw and NAME.qcow2 say the format");
    command.option_of("-O,--format,--disk-format", options->format, {"raw", "qcow2"},
                      "format of the file (default: as it is named, else the image's own)");
    command.action(context, [options, &context] { return run(*options, context); });
}

} // namespace retouch::cli
