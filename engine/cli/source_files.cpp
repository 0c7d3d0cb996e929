#include "cli/source_files.hpp"

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "catalog/fetch/signature.hpp"
#include "catalog/imported_record.hpp"
#include "cli/disk_import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace retouch::cli {

namespace {

/// As the property of an image has it.
std::string text_of(const catalog::Checksum &checksum) {
    return fmt::format("{}:{}", checksum.algorithm, checksum.hex);
}

catalog::Checksum checksum_of_file(const std::filesystem::path &path) {
    const base::UniqueFd file = base::open_regular_file(path);
    base::Digest digest(base::Digest::Algorithm::sha512);
    std::string piece(std::size_t{1} << 20, '\0');
    while (const std::size_t got = base::read_some(file.get(), piece, path)) {
        base::check_interrupt();
        digest.update(std::string_view(piece).substr(0, got));
    }
    return {"sha512", digest.finish()};
}

/// The image of this project that was made of those bytes.
std::optional<Image> imported(const std::string &download, const CatalogView &catalog) {
    std::vector<Image> found = catalog.images_where(
        {.owner = catalog.project(), .properties = {{lineage::k_download, download}}});
    std::erase_if(
        found, [](const Image &image) { return image.unfinished() || image.status != "active"; });
    return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

} // namespace

SourceFiles::SourceFiles(const Workspace &workspace)
    : workspace_(workspace), fetcher_(workspace.web_tls(), workspace.fetch_directory()) {}

std::string SourceFiles::download_of(const plan::CheckedRecipe &checked) {
    const SourceFile &source = checked.recipe.source_file.value();
    if (source.url.empty())
        return text_of(checksum_of_file(checked.source_path));
    const std::string name = catalog::file_name_of(source.url);
    if (source.sums.empty())
        return text_of(catalog::checksum_of_hex(source.checksum, "the source"));
    const std::string list = fetcher_.text(source.sums);
    if (!source.signature.empty())
        catalog::require_signature(
            {list, fetcher_.text(source.signature), checked.source_key, base::escape(source.sums)});
    return text_of(catalog::checksum_in(list, name));
}

void SourceFiles::look(plan::CheckedRecipe &checked, const CatalogView &catalog) {
    if (!checked.recipe.source_file)
        return;
    const std::string download = download_of(checked);
    checked.awaited.reset();
    if (const auto image = imported(download, catalog)) {
        checked.recipe.source_image = image->id;
        return;
    }
    const SourceFile &source = *checked.recipe.source_file;
    checked.awaited = {source.url.empty() ? checked.source_path.string() : source.url, download};
}

void SourceFiles::bring(plan::CheckedRecipe &checked, Catalog &catalog, EventSink &events) {
    if (!checked.awaited)
        return;
    const plan::AwaitedSource awaited = *checked.awaited;
    const std::size_t colon = awaited.download.find(':');
    Image record = catalog::imported_record(checked.recipe.source_image, {});
    record.hidden = true;
    record.properties[lineage::k_download] = awaited.download;
    ImportWork work(record.name, events);
    catalog::clear_abandoned_fetches(workspace_.fetch_directory());
    const bool is_here = checked.recipe.source_file.value().url.empty();
    const std::filesystem::path file =
        is_here ? checked.source_path
                : work.phase(PhaseKind::fetch, [&](const WorkProgress &progress) {
                      return fetcher_.fetch(
                          awaited.place,
                          {awaited.download.substr(0, colon), awaited.download.substr(colon + 1)},
                          progress);
                  });
    // Another run may have done the same meanwhile.
    const auto same = imported(awaited.download, catalog);
    checked.recipe.source_image =
        same ? same->id
             : import_disk(catalog, file, awaited.place, std::move(record), workspace_, work).id;
    checked.awaited.reset();
}

} // namespace retouch::cli
