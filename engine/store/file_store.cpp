// FileStore: names of files, and how stages and imports are filled.
// Ids and formats may come from a database somebody edited, so both are checked before they become
// part of a path.

#include "store/file_store.hpp"

#include "base/text.hpp"
#include "base/uuid.hpp"
#include "base/working_directory.hpp"
#include "store/content_digest.hpp"
#include "store/convert.hpp"
#include "store/file_stage.hpp"
#include "store/qcow2_file.hpp"
#include "store/qcow2_overlay.hpp"
#include "store/sparse_copy.hpp"
#include "store/used_data.hpp"

#include <fmt/format.h>

#include <array>
#include <sys/stat.h>
#include <vector>

namespace retouch::store {

namespace {

constexpr std::array<const char *, 2> k_formats = {"raw", "qcow2"};
constexpr const char *k_stage_prefix = ".stage-";
constexpr const char *k_import_prefix = ".import-";

bool is_format(std::string_view format) {
    return format == k_formats[0] || format == k_formats[1];
}

std::filesystem::path path_of(const std::filesystem::path &directory, const char *prefix,
                              const std::string &id, const std::string &format) {
    if (!base::is_uuid(id))
        throw Error(ErrorKind::invalid, fmt::format("'{}' is not an image id", base::escape(id)));
    if (!is_format(format))
        throw Error(
            ErrorKind::invalid,
            fmt::format("image {} has the unknown disk format '{}'", id, base::escape(format)),
            "only raw and qcow2 are supported");
    return directory / fmt::format("{}{}.{}", prefix, id, format);
}

/// All places where bytes of `id` may be. Published ones last: a living import moves its file
/// there, and who looks in this order cannot miss it.
std::vector<std::filesystem::path> every_path(const std::filesystem::path &directory,
                                              const std::string &id) {
    std::vector<std::filesystem::path> paths;
    for (const char *prefix : {k_import_prefix, k_output_prefix, k_stage_prefix, ""})
        for (const char *format : k_formats)
            paths.push_back(path_of(directory, prefix, id, format));
    return paths;
}

/// A service need not know it.
std::int64_t virtual_size_of(const Image &image, const std::filesystem::path &path) {
    if (image.virtual_size_bytes > 0 || image.disk_format != "qcow2")
        return image.virtual_size_bytes;
    return read_qcow2(base::open_regular_file(path).get(), path).virtual_size_bytes;
}

Error missing_bytes(const Image &image, const std::filesystem::path &path, std::string_view what) {
    return {ErrorKind::failed,
            fmt::format("the bytes of image {} are {}: {}", image.id, what,
                        base::escape(path.string())),
            "restore the file from a backup, or remove the image"};
}

Error stale_stage(const std::filesystem::path &path, std::string_view what) {
    return {ErrorKind::stale,
            fmt::format("the bytes the rehearsal kept {}: {}", what, base::escape(path.string())),
            "apply on the host of the rehearsal, before the plan expires; or rehearse again with "
            "--rehearse=keep"};
}

/// Calls `take` with the id of each until it returns false.
template<class Take>
void each_published_file(const std::filesystem::path &directory, Take take) {
    std::error_code code;
    for (std::filesystem::directory_iterator entry(directory, code), end; !code && entry != end;
         entry.increment(code)) {
        const std::filesystem::path name = entry->path().filename();
        std::string extension = name.extension().string();
        if (base::is_uuid(name.stem().string()) && is_format(extension.erase(0, 1)) &&
            !take(name.stem().string()))
            return;
    }
}

struct ResumedStage {
    std::filesystem::path path; ///< of the format of its source, when there is none
    std::string format;
    std::optional<NewFile> file;
};

/// It may have been kept in another format than its source has.
ResumedStage resumed_stage(const std::filesystem::path &directory, const std::string &id,
                           const std::string &source_format) {
    for (const char *format : k_formats) {
        const auto path = path_of(directory, k_stage_prefix, id, format);
        if (std::optional<NewFile> file = NewFile::resumed(path))
            return {path, format, std::move(file)};
    }
    return {path_of(directory, k_stage_prefix, id, source_format), source_format, std::nullopt};
}

/// What imports left behind whose process died, before more is put beside it. Not at each opening
/// of a catalog: this looks at every name.
void clear_abandoned_imports(const std::filesystem::path &directory) {
    for (const auto &entry : std::filesystem::directory_iterator(directory))
        if (entry.path().filename().string().starts_with(k_import_prefix) && !entry.is_directory())
            remove_abandoned(entry.path());
}

} // namespace

std::filesystem::path FileStore::published_path(const Image &image) const {
    return path_of(directory_, "", image.id, image.disk_format);
}

Disk FileStore::disk(const Image &image) const {
    const auto path = published_path(image);
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error))
        throw missing_bytes(image, path, "missing");
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    if (error || size != static_cast<std::uintmax_t>(image.size))
        throw missing_bytes(image, path, fmt::format("not the {} bytes recorded", image.size));
    require_unchanged(image, path);
    return {.place = DiskFile{image.disk_format, path},
            .virtual_size_bytes = virtual_size_of(image, path),
            .read_only = true};
}

void FileStore::require_unchanged(const Image &image, const std::filesystem::path &path) const {
    const auto recorded = recorded_content_digest(image.checksums);
    if (!memory_.recall || !recorded)
        return;
    const std::string now = stamp(image);
    if (now == memory_.recall(image.id))
        return;
    const base::UniqueFd file = base::open_regular_file(path);
    if (content_digest(file.get(), path, recorded->first) != recorded->second)
        throw Error(ErrorKind::refused,
                    fmt::format("the bytes of image {} are not those of its record any more: {}",
                                image.id, base::escape(path.string())),
                    "somebody changed the file: restore it from a backup, or remove the image");
    memory_.remember(image.id, now);
}

std::string FileStore::stamp(const Image &image) const {
    struct stat info {};

    if (stat(published_path(image).c_str(), &info) != 0)
        return "";
    const auto time = [](const timespec &moment) {
        return fmt::format("{}.{:09}", moment.tv_sec, moment.tv_nsec);
    };
    return fmt::format("{} bytes, inode {}, written {}, changed {}", info.st_size, info.st_ino,
                       time(info.st_mtim), time(info.st_ctim));
}

std::vector<std::string> FileStore::published_files() const {
    std::vector<std::string> ids;
    each_published_file(directory_, [&](std::string id) {
        ids.push_back(std::move(id));
        return true;
    });
    return ids;
}

bool FileStore::has_published_files() const {
    bool found = false;
    each_published_file(directory_, [&](const std::string &) {
        found = true;
        return false;
    });
    return found;
}

std::unique_ptr<Stage> FileStore::stage(const Image &source, const std::string &new_id,
                                        LineagePolicy) {
    const Disk original = disk(source);
    const DiskFile from = original.file().value();
    clear_abandoned_imports(directory_);
    const base::UniqueFd bytes = base::open_regular_file(from.path);
    NewFile file = NewFile::locked(path_of(directory_, k_stage_prefix, new_id, source.disk_format),
                                   k_image_file_mode);
    if (!clone_blocks(bytes.get(), file)) {
        require_space(directory_, allocated_bytes(bytes.get(), from.path));
        copy_sparse(bytes.get(), from.path, file);
    }
    Disk disk{.place = DiskFile{from.format, file.path()},
              .virtual_size_bytes = original.virtual_size_bytes,
              .read_only = false};
    return std::make_unique<FileStage>(new_id, std::move(file), std::move(disk),
                                       path_of(directory_, "", new_id, source.disk_format));
}

std::unique_ptr<Stage> FileStore::adopt(const Image &source, const KeptStage &kept,
                                        const std::string &new_id, LineagePolicy) {
    auto [path, format, file] = resumed_stage(directory_, kept.id, source.disk_format);
    if (!file)
        throw stale_stage(path, "are not on this host");
    try {
        const std::string &algorithm = kept.sealed.checksum_algorithm;
        if (!is_content_digest(algorithm))
            throw stale_stage(path, "are not what the plan says of them");
        const SealedImage found = measured(
            file->fd(), path, format, {algorithm, content_digest(file->fd(), path, algorithm)});
        if (proof_of_bytes(found) != kept.proof)
            throw stale_stage(path, "were changed");
        if (found != kept.sealed)
            throw stale_stage(path, "are not what the plan says of them");
        file->move_to(path_of(directory_, k_stage_prefix, new_id, format));
    } catch (...) {
        file->keep();
        throw;
    }
    Disk disk{.place = DiskFile{format, file->path()},
              .virtual_size_bytes = kept.sealed.virtual_size_bytes,
              .read_only = true};
    return FileStage::sealed(new_id, *std::move(file), std::move(disk),
                             path_of(directory_, "", new_id, format));
}

std::unique_ptr<Stage> FileStore::rehearsal_stage(const Image &source, const std::string &new_id) {
    const Disk original = disk(source);
    NewFile file =
        NewFile::locked(path_of(directory_, k_stage_prefix, new_id, "qcow2"), k_image_file_mode);
    make_overlay(file, original.virtual_size_bytes);
    Disk disk{.place = DiskOverlay{file.path(), original.file().value()},
              .virtual_size_bytes = original.virtual_size_bytes,
              .read_only = false};
    return std::make_unique<FileStage>(new_id, std::move(file), std::move(disk),
                                       path_of(directory_, "", new_id, "qcow2"));
}

void FileStore::discard(const std::string &kept_id) {
    bool found = false;
    for (const char *format : k_formats) {
        const auto path = path_of(directory_, k_stage_prefix, kept_id, format);
        found = NewFile::resumed(path).has_value() || found;
    }
    if (found)
        base::sync_directory(directory_);
}

std::unique_ptr<Stage> FileStore::receive(int fd, const std::filesystem::path &file,
                                          const std::string &new_id, const std::string &format) {
    const ImageFile before = probe_image(fd, file);
    clear_abandoned_imports(directory_);
    const ImageFile wanted{format.empty() ? before.format : format, before.virtual_size_bytes};
    NewFile copy = NewFile::locked(path_of(directory_, k_import_prefix, new_id, wanted.format),
                                   k_image_file_mode);
    std::string digest;
    if (wanted == before)
        digest = copy_and_digest(fd, file, copy);
    else
        convert_image(base::absolute_path(file), before.format, copy, {wanted.format});
    // The file is somebody else's and may have changed meanwhile; the copy is what counts.
    const ImageFile kind = probe_image(copy.fd(), file);
    if (kind != wanted)
        throw Error(ErrorKind::failed,
                    fmt::format("{} changed while it was copied", base::escape(file.string())),
                    "run again when nothing else writes to it");
    Disk disk{.place = DiskFile{kind.format, copy.path()},
              .virtual_size_bytes = kind.virtual_size_bytes,
              .read_only = false};
    auto stage = std::make_unique<FileStage>(new_id, std::move(copy), std::move(disk),
                                             path_of(directory_, "", new_id, kind.format));
    stage->set_digest(std::move(digest));
    return stage;
}

void FileStore::remove(const std::string &id) {
    for (const std::filesystem::path &path : every_path(directory_, id))
        remove_file(path);
    base::sync_directory(directory_);
}

bool FileStore::remove_abandoned_bytes(const std::string &id) {
    for (const std::filesystem::path &path : every_path(directory_, id))
        if (!remove_abandoned(path))
            return false;
    base::sync_directory(directory_);
    return true;
}

} // namespace retouch::store
