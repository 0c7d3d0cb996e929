#include "cli/source_files.hpp"

#include "base/digest.hpp"
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

std::string download_of_file(const std::filesystem::path &path) {
    return text_of({"sha256", base::sha256_file(path)});
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

catalog::Fetcher &SourceFiles::fetcher() {
    if (!fetcher_)
        fetcher_.emplace(workspace_.web_tls(), workspace_.fetch_directory());
    return *fetcher_;
}

std::string SourceFiles::download_of(const plan::CheckedRecipe &checked) {
    const SourceFile &source = checked.recipe.source_file.value();
    if (source.url.empty())
        return download_of_file(checked.source_path);
    const std::string name = catalog::file_name_of(source.url);
    if (source.sums.empty())
        return text_of(catalog::checksum_of_hex(source.checksum, "the source"));
    std::string list = fetcher().text(source.sums);
    const std::string shown = base::escape(source.sums);
    if (!source.signature.empty())
        catalog::require_signature(
            {list, fetcher().text(source.signature), checked.source_key, shown});
    else if (!checked.source_key.empty())
        list = catalog::text_within_signature(list, checked.source_key, shown);
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
                      return fetcher().fetch(
                          awaited.place,
                          {awaited.download.substr(0, colon), awaited.download.substr(colon + 1)},
                          progress);
                  });
    // Another run may have done the same meanwhile.
    auto image = imported(awaited.download, catalog);
    if (!image) {
        image = import_disk(catalog, file, awaited.place, std::move(record), workspace_, work);
        if (is_here && download_of_file(file) != awaited.download) {
            catalog.remove(image->id);
            throw Error(
                ErrorKind::stale,
                fmt::format("{} was changed while it was imported", base::escape(awaited.place)),
                "run the command again when nobody writes to it");
        }
    }
    checked.recipe.source_image = image->id;
    checked.awaited.reset();
}

} // namespace retouch::cli
