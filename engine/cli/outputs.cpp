// Outputs: files are told apart by device and inode, since one file has many names.

#include "cli/outputs.hpp"

#include "base/text.hpp"
#include "plan/bundle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace retouch::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char *k_catalogs_place = "a place where the catalog keeps its own files";

Error clash(const fs::path &file, const std::string &what) {
    return {ErrorKind::usage,
            fmt::format("{} cannot be written: it is {}", base::escape(file.string()), what),
            "choose another name"};
}

/// True for what a local catalog keeps in `catalog`, whether it is there yet or not.
bool is_kept_in(const fs::path &catalog, const fs::path &target) {
    std::error_code ignored;
    const fs::path place = fs::weakly_canonical(target, ignored);
    const fs::path inside = place.lexically_relative(fs::weakly_canonical(catalog, ignored));
    if (inside.empty() || *inside.begin() == "..")
        return false;
    const std::string first = inside.begin()->string();
    return first == "images" || first == "runs" || first.starts_with("catalog.db");
}

} // namespace

void require_outside_catalog(const fs::path &file, const CatalogSettings &catalog) {
    if (catalog.type == CatalogSettings::Type::local && is_kept_in(catalog.path, file))
        throw clash(file, k_catalogs_place);
}

base::OutputFile &Outputs::add(const fs::path &path, base::OutputKind kind) {
    return outputs_.emplace_back(path, std::move(kind));
}

void Outputs::reads(const fs::path &file, const std::string &what) {
    if (const auto id = base::file_id(file))
        inputs_.push_back({*id, what});
}

void Outputs::reads(const std::vector<std::filesystem::path> &files, const std::string &what) {
    for (const std::filesystem::path &file : files)
        reads(file, what);
}

void Outputs::reads(const std::vector<InjectedFile> &files) {
    if (outputs_.empty())
        return;
    for (const InjectedFile &file : files)
        reads(file.path, "a file that goes into the image");
}

void Outputs::keep_out_of(const CatalogSettings &catalog) {
    if (catalog.type == CatalogSettings::Type::local)
        catalogs_.push_back(catalog.path);
}

void Outputs::prepare() {
    for (const base::OutputFile &output : outputs_) {
        require_no_input(output);
        require_outside_catalog(output);
    }
    require_different();
    for (base::OutputFile &output : outputs_)
        output.prepare();
}

void Outputs::require_no_input(const base::OutputFile &output) const {
    const auto same = [&](const Input &input) { return output.id() == input.id; };
    if (const auto found = std::ranges::find_if(inputs_, same); found != inputs_.end())
        throw clash(output.path(), found->what);
}

void Outputs::require_outside_catalog(const base::OutputFile &output) const {
    const auto holds = [&](const fs::path &catalog) {
        return is_kept_in(catalog, output.target());
    };
    if (std::ranges::any_of(catalogs_, holds))
        throw clash(output.path(), k_catalogs_place);
}

void Outputs::require_different() const {
    for (auto one = outputs_.begin(); one != outputs_.end(); ++one)
        for (auto other = std::next(one); other != outputs_.end(); ++other)
            if (one->is_replaced() && one->target() == other->target())
                throw clash(other->path(), "another output of this command");
}

base::OutputKind saved_plan_kind() {
    return {"a saved plan", [](std::string_view bytes) {
                return plan::begins_bundle(bytes) ||
                       (bytes.starts_with('{') &&
                        bytes.find("\"format_version\"") != std::string_view::npos &&
                        bytes.find("\"tool\": \"retouch") != std::string_view::npos);
            }};
}

} // namespace retouch::cli
