// FileStore: are the bytes of a published image still those that were published? Whether the file
// is there and how long it is costs nothing; what is in it is read only when asked for.

#include "store/file_store.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "store/content_digest.hpp"

#include <fmt/format.h>

namespace retouch::store {

namespace {

std::string build_again(const Image &image) {
    return fmt::format("restore the file from a backup, or: retouch remove {} --yes, and apply",
                       image.id);
}

Deviation file_missing(const Image &image, const std::string &file) {
    return {.kind = DeviationKind::file,
            .what = "file " + file,
            .expected = "a file",
            .found = "nothing",
            .apply_fixes = false,
            .remedy = build_again(image)};
}

Deviation other_size(const Image &image, const std::string &file, std::uintmax_t size) {
    return {.kind = DeviationKind::size,
            .what = "size of " + file,
            .expected = fmt::format("{} bytes", image.size),
            .found = fmt::format("{} bytes", size),
            .apply_fixes = false,
            .remedy = build_again(image)};
}

void compare_bytes(const Image &image, const std::filesystem::path &path, Integrity &integrity) {
    const auto recorded = recorded_content_digest(image.checksums);
    if (!recorded) {
        integrity.unchecked.push_back(fmt::format(
            "the bytes: the record holds no checksum {} to compare them with", k_content_digest));
        return;
    }
    const auto &[algorithm, expected] = *recorded;
    const base::UniqueFd file = base::open_regular_file(path);
    const std::string digest = content_digest(file.get(), path, algorithm);
    if (digest == expected)
        return;
    integrity.deviations.push_back(
        {.kind = DeviationKind::bytes,
         .what = "bytes of " + base::escape(path.filename().string()),
         .expected = fmt::format("{}:{}", algorithm, base::escape(expected)),
         .found = fmt::format("{}:{}", algorithm, digest),
         .apply_fixes = false,
         .remedy = build_again(image)});
}

void compare_files(const std::filesystem::path &file, const std::filesystem::path &source,
                   const Image &image, Integrity &integrity) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(source, error)) {
        integrity.unchecked.emplace_back(
            "the bytes against those of the source: its file is missing");
        return;
    }
    const auto digest_of = [](const std::filesystem::path &path) {
        const base::UniqueFd opened = base::open_regular_file(path);
        return fmt::format("{}:{}", k_content_digest, content_digest(opened.get(), path));
    };
    const std::string expected = digest_of(source);
    const std::string found = digest_of(file);
    if (expected != found)
        integrity.deviations.push_back(
            {.kind = DeviationKind::bytes,
             .what = fmt::format("bytes of {} against those of {}",
                                 base::escape(file.filename().string()),
                                 base::escape(source.filename().string())),
             .expected = expected,
             .found = found,
             .apply_fixes = false,
             .remedy = build_again(image)});
}

} // namespace

Integrity FileStore::integrity(const Image &image, const IntegrityOptions &options) const {
    Integrity integrity;
    const std::filesystem::path path = published_path(image);
    const std::string file = base::escape(path.filename().string());
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) {
        integrity.deviations.push_back(file_missing(image, file));
        return integrity;
    }
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    if (error || size != static_cast<std::uintmax_t>(image.size))
        integrity.deviations.push_back(other_size(image, file, error ? 0 : size));
    if (options.read_bytes)
        compare_bytes(image, path, integrity);
    if (options.same_as)
        compare_files(path, published_path(*options.same_as), image, integrity);
    return integrity;
}

} // namespace retouch::store
