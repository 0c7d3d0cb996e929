// Whether the database of a local catalog can be read and its files are those it speaks of. It is
// looked at, never made or migrated.

#include "catalog/diagnosis.hpp"

#include "base/text.hpp"
#include "catalog/local_catalog.hpp"
#include "model/checks.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace retouch::catalog {

namespace {

/// "ID", or "ID and 3 more".
std::string first_of(const std::vector<std::string> &ids) {
    const std::string first = base::escape(ids.front().substr(0, 100));
    return ids.size() == 1 ? first : fmt::format("{} and {} more", first, ids.size() - 1);
}

/// Neither described by a record nor noted as on its way in or out.
std::vector<std::string> files_without_record(const std::vector<std::string> &files,
                                              const std::vector<Image> &images,
                                              const std::vector<std::string> &loose) {
    std::vector<std::string> found;
    for (const std::string &id : files)
        if (std::ranges::find(images, id, &Image::id) == images.end() &&
            std::ranges::find(loose, id) == loose.end())
            found.push_back(id);
    return found;
}

model::Verdict files_verdict(const LocalView &view) {
    // In this order: whoever publishes meanwhile makes the note first, then the file.
    const std::vector<std::string> files = view.files();
    const std::vector<std::string> loose = view.loose();
    const auto unknown = files_without_record(files, view.images(), loose);
    if (!unknown.empty())
        return model::warning(
            fmt::format("no record describes the image file {}", first_of(unknown)),
            "move such files away; retouch import brings them in again");
    if (!loose.empty())
        return model::warning(
            fmt::format("bytes that have no record were left behind: {}", first_of(loose)),
            "the next command that writes removes them; if they stay, remove them from "
            "the directory images by hand");
    return model::all_well("each has its record");
}

} // namespace

std::vector<Finding> local_catalog_findings(const std::string &name,
                                            const std::filesystem::path &directory) {
    model::Checks checks(fmt::format("Catalog {}", name));
    std::optional<LocalView> view;
    const bool readable = checks.check("records", [&] {
        view.emplace(name, std::filesystem::absolute(directory).lexically_normal());
        const std::size_t count = view->images().size();
        return model::all_well(fmt::format("{} image{}", count, count == 1 ? "" : "s"));
    });
    if (readable && !(view->files().empty() && view->loose().empty()))
        checks.check("files", [&] { return files_verdict(*view); });
    return checks.take();
}

} // namespace retouch::catalog
