// retouch export: an image's disk as a file of its own, with its checksums beside it where they are
// asked for; never over a file that exists, and never in a format that the file's name denies.

#include "base/digest.hpp"
#include "base/text.hpp"
#include "catalog/local.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/find_image.hpp"
#include "cli/outputs.hpp"
#include "cli/workspace.hpp"
#include "model/names.hpp"
#include "render/wording.hpp"
#include "store/new_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

namespace retouch::cli {

namespace {

struct Options {
    std::string image;
    std::string file;
    std::string format;
    std::string compression;
    std::string checksum;
};

constexpr std::array<std::string_view, 6> k_formats = {"raw", "qcow2", "vmdk",
                                                       "vhd", "vhdx",  "vdi"};

/// What files of these names hold, none of which is written here.
constexpr std::array<std::string_view, 15> k_other_formats = {
    ".vpc", ".qcow", ".qed", ".ova", ".ovf", ".iso", ".ami", ".gz",
    ".xz",  ".bz2",  ".zst", ".lz4", ".zip", ".tar", ".tgz"};

/// The format the name promises; empty when it promises none.
std::string promised_format(const std::string &file) {
    const std::string suffix =
        base::small_letters(std::filesystem::path(file).extension().string());
    if (std::ranges::find(k_other_formats, suffix) != k_other_formats.end())
        throw Error(ErrorKind::usage,
                    fmt::format("{} cannot be written: images are exported as .raw, .qcow2, .vmdk, "
                                ".vhd, .vhdx or .vdi",
                                base::escape(file)),
                    "name the file so, and convert it with: qemu-img convert");
    const bool is_known =
        !suffix.empty() && std::ranges::find(k_formats, suffix.substr(1)) != k_formats.end();
    return is_known ? suffix.substr(1) : std::string();
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

Compression wanted_compression(const Options &options, const std::string &format) {
    const auto wanted = model::from_name<Compression>(options.compression);
    const Compression compression = wanted.value_or(Compression::none);
    if (compression != Compression::none && format != "qcow2")
        throw Error(ErrorKind::usage, "--compress is for the format qcow2",
                    "name the file NAME.qcow2, or leave out --compress");
    return compression;
}

std::filesystem::path checksum_path(const std::string &file, const std::string &algorithm) {
    return file + "." + algorithm;
}

/// As sha256sum and sha512sum write and check them, from the directory of the file. A name they
/// have to escape is marked by a backslash before the line.
std::string checksum_line(const std::string &digest, const std::string &name) {
    std::string escaped;
    for (const char c : name)
        escaped += c == '\\' ? "\\\\" : c == '\n' ? "\\n" : c == '\r' ? "\\r" : std::string(1, c);
    return fmt::format("{}{}  {}\n", escaped == name ? "" : "\\", digest, escaped);
}

void write_checksum(const std::string &file, const std::string &algorithm) {
    constexpr int k_mode = 0644;
    const std::string digest =
        base::file_digest(file, algorithm == "sha512" ? base::Digest::Algorithm::sha512
                                                      : base::Digest::Algorithm::sha256);
    store::NewFile made(std::filesystem::absolute(checksum_path(file, algorithm)), k_mode);
    base::write_all(made.fd(),
                    checksum_line(digest, std::filesystem::path(file).filename().string()),
                    made.path());
    made.sync();
    made.keep();
}

void refuse_existing_checksum(const Options &options) {
    const auto path = checksum_path(options.file, options.checksum);
    if (!options.checksum.empty() && std::filesystem::exists(std::filesystem::symlink_status(path)))
        throw Error(ErrorKind::refused, fmt::format("{} exists", base::escape(path.string())),
                    "move it away, or export to another name");
}

int run(const Options &options, Context &context) {
    std::string format = wanted_format(options);
    const Workspace workspace(context);
    const std::unique_ptr<CatalogView> catalog = view_catalog(workspace.catalog(), context);
    require_outside_catalog(options.file, workspace.catalog());
    refuse_existing_checksum(options);
    const Image image = find_image(*catalog, options.image);
    if (format.empty())
        format = image.disk_format;
    const Compression compression = wanted_compression(options, format);
    catalog::export_image(*catalog, image, options.file, {format, compression});
    if (!options.checksum.empty())
        write_checksum(options.file, options.checksum);
    const std::string converted =
        format == image.disk_format ? "" : fmt::format(", converted from {}", image.disk_format);
    const std::string compressed =
        compression == Compression::none
            ? ""
            : fmt::format(", compressed with {}", model::to_string(compression));
    context.console.out(fmt::format("Exported {} ({}) to {} as {}{}{}.\n",
                                    render::in_quotes(image.name), image.id,
                                    base::escape(options.file), format, converted, compressed));
    return 0;
}

} // namespace

void add_export(CLI::App &app, Context &context) {
    Command command(
        app, "export", "Copy an image's disk into a new file.",
        "retouch export \"Debian 12\" debian-12.qcow2\n"
        "retouch export \"Debian 12\" debian-12.qcow2 --compress zstd --checksum sha512\n"
        "retouch export \"Debian 12\" debian-12.img --format raw");
    const auto options = std::make_shared<Options>();
    command.argument("IMAGE", options->image,
                     "id, or a name; of several images of a name the visible one is meant");
    command.argument("FILE", options->file,
                     "the file to write; it must not exist. NAME.raw, NAME.qcow2 and so on say the "
                     "format");
    command.option_of("-O,--format,--disk-format", options->format,
                      {k_formats.begin(), k_formats.end()},
                      "format of the file (default: as it is named, else the image's own)");
    command.option_of("--compress", options->compression, {"none", "zlib", "zstd"},
                      "compression of a qcow2 file (default: none)");
    command.option_of("--checksum", options->checksum, {"sha256", "sha512"},
                      "write FILE.sha256 or FILE.sha512, too, for sha256sum -c");
    command.action(context, [options, &context] { return run(*options, context); });
}

} // namespace retouch::cli
