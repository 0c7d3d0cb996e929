// retouch import: bring a disk image into a catalog; the file itself stays where it is, and what
// was fetched stays in the cache.

#include "base/file.hpp"
#include "base/text.hpp"
#include "catalog/fetch/fetcher.hpp"
#include "catalog/imported_record.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/disk_import.hpp"
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
    std::string sha256;
    std::string sha512;
    std::string sums;
    bool unverified = false;
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

catalog::Checksum given_checksum(const std::string &hex, const char *option,
                                 const std::string &algorithm) {
    catalog::Checksum checksum = catalog::checksum_of_hex(hex, option);
    if (checksum.algorithm != algorithm)
        throw Error(ErrorKind::usage,
                    fmt::format("{} has the length of a {}", option, checksum.algorithm));
    return checksum;
}

std::filesystem::path fetched(const Options &options, const Workspace &workspace,
                              ImportWork &work) {
    static_cast<void>(catalog::file_name_of(options.file));
    catalog::Fetcher fetcher(workspace.web_tls(), workspace.fetch_directory());
    return work.phase(PhaseKind::fetch, [&](const WorkProgress &progress) {
        if (!options.sha512.empty())
            return fetcher.fetch(options.file, given_checksum(options.sha512, "--sha512", "sha512"),
                                 progress);
        if (!options.sha256.empty())
            return fetcher.fetch(options.file, given_checksum(options.sha256, "--sha256", "sha256"),
                                 progress);
        if (!options.sums.empty())
            return fetcher.fetch(options.file, fetcher.checksum(options.sums, options.file),
                                 progress);
        return fetcher.fetch_unverified(options.file, progress);
    });
}

void refuse_contradictions(const Options &options) {
    const bool is_address = catalog::is_web_address(options.file);
    const int promises =
        static_cast<int>(!options.sha256.empty()) + static_cast<int>(!options.sha512.empty()) +
        static_cast<int>(!options.sums.empty()) + static_cast<int>(options.unverified);
    if (!is_address && promises > 0)
        throw Error(ErrorKind::usage, "--sha256, --sha512, --sums and --unverified go with an "
                                      "address of the web");
    if (is_address && promises != 1)
        throw Error(ErrorKind::usage,
                    promises == 0 ? "nothing says which bytes the address has to have"
                                  : "one of --sha256, --sha512, --sums and --unverified is enough",
                    "give the checksum (--sha512, --sha256), the list that has it (--sums), or "
                    "take what comes: --unverified");
}

int run(const Options &options, Context &context) {
    const auto properties = parse_assignments("--property", options.properties);
    refuse_contradictions(options);
    const Workspace workspace(context);
    Progress progress(context);
    const std::unique_ptr<Catalog> catalog = open_catalog(workspace.catalog(), context, progress);
    Image record = catalog::imported_record(options.name, properties);
    ImportWork work(options.name, progress);
    catalog::clear_abandoned_fetches(workspace.fetch_directory());
    const std::filesystem::path file = catalog::is_web_address(options.file)
                                           ? fetched(options, workspace, work)
                                           : std::filesystem::path(options.file);
    const Image image =
        import_disk(*catalog, file, options.file, std::move(record), workspace, work);
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
    Command command(app, "import",
                    "Copy a disk image, from a file or the web, into a catalog as a new image.",
                    "retouch import debian-12.qcow2 --name \"Debian 12\"\n"
                    "retouch import disk.raw.xz --name test --property os_distro=debian\n"
                    "retouch import https://example.org/debian-12.qcow2 --sums "
                    "https://example.org/SHA512SUMS --name \"Debian 12\"");
    const auto options = std::make_shared<Options>();
    command.argument("FILE", options->file,
                     "a raw or qcow2 disk image, maybe compressed, or its http(s) address");
    command.required_option("--name", options->name, "NAME", "name of the new image");
    command.repeated_option("--property", options->properties, "NAME=VALUE",
                            "a property of the new image; repeatable");
    command.option("--sha512", options->sha512, "HEX", "of an address: SHA-512 of its bytes");
    command.option("--sha256", options->sha256, "HEX", "of an address: SHA-256 of its bytes");
    command.option("--sums", options->sums, "URL",
                   "of an address: list with its checksum, such as SHA512SUMS");
    command.flag("--unverified", options->unverified,
                 "of an address: take its bytes whatever they are");
    command.option_of("--format", options->format, {"text", "json"}, "form of the result");
    command.action(context, [options, &context] { return run(*options, context); });
}

} // namespace retouch::cli
