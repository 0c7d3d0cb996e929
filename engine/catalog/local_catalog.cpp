// LocalCatalog: every change is one immediate transaction, so that it sees and decides on the
// newest state. Bytes without a record are noted before they can exist and forgotten after they
// are gone; the next process that opens the catalog finishes what a dead one noted.

#include "catalog/local_catalog.hpp"

#include "catalog/file_name_lock.hpp"

#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "base/working_directory.hpp"
#include "catalog/database.hpp"
#include "catalog/record_rules.hpp"
#include "catalog/records.hpp"
#include "catalog/timestamp.hpp"

#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch::catalog {

namespace {

namespace fs = std::filesystem;

constexpr const char *k_database = "catalog.db";
constexpr const char *k_images = "images";
constexpr const char *k_runs = "runs";

fs::path normal_path(const fs::path &directory) {
    fs::path path = base::absolute_path(directory).lexically_normal();
    if (!path.has_filename() && path.has_relative_path())
        path = path.parent_path();
    return path;
}

void make_directory(const fs::path &path, mode_t mode) {
    if (mkdir(path.c_str(), mode) != 0 && errno != EEXIST)
        throw base::system_error("create", path, errno);
}

constexpr mode_t k_of_owner = 0700;

/// nullopt when others have no rights to it, or when this user may not take them.
std::optional<mode_t> mode_for_others(const fs::path &path) {
    struct stat info {};

    if (lstat(path.c_str(), &info) != 0 || S_ISLNK(info.st_mode) || info.st_uid != geteuid() ||
        (info.st_mode & ACCESSPERMS & ~k_of_owner) == 0)
        return std::nullopt;
    return info.st_mode;
}

/// Takes the rights of others away, where this user may: a catalog of an earlier version has them.
void make_private(const fs::path &path) {
    if (const auto mode = mode_for_others(path))
        static_cast<void>(chmod(path.c_str(), *mode & k_of_owner));
}

/// Creates missing parents too. Images hold /etc/shadow: only their owner may read them.
void make_catalog_directory(const fs::path &directory) {
    constexpr mode_t k_private = 0700;
    std::error_code code;
    if (directory.has_parent_path())
        fs::create_directories(directory.parent_path(), code);
    if (code)
        throw base::system_error("create", directory, code.value());
    make_directory(directory, k_private);
    const fs::path images = directory / k_images;
    make_directory(images, k_private);
    make_private(directory / k_database);
    if (!mode_for_others(images))
        return;
    // The directory last: it says that its files have been seen to.
    for (const auto &entry : fs::directory_iterator(images, code))
        make_private(entry.path());
    make_private(images);
}

Disk bytes_of(const Image &image, const store::FileStore &store) {
    if (image.status == "queued")
        throw Error(ErrorKind::failed, fmt::format("image {} ({}) has no bytes yet", image.id,
                                                   base::escape(image.name)));
    return store.disk(image);
}

/// A catalog whose database is lost must not look like a new one.
void refuse_lost_database(const store::FileStore &store, const fs::path &file) {
    const std::size_t count = store.published_files().size();
    if (count > 0)
        throw Error(ErrorKind::failed,
                    fmt::format("{} is missing or empty, and there {} {} image file{} it should "
                                "describe",
                                base::escape(file.string()), count == 1 ? "is" : "are", count,
                                count == 1 ? "" : "s"),
                    fmt::format("restore catalog.db from a backup; or move {} away and bring its "
                                "files in again with: retouch import FILE --name NAME",
                                base::escape((file.parent_path() / k_images).string())));
}

SQLite::Database open_records(const store::FileStore &store, const fs::path &file) {
    if (store.has_published_files() && !view_database(file))
        refuse_lost_database(store, file);
    return open_database(file);
}

/// Later than `earlier`, however clocks were set meanwhile.
std::string time_after(const std::string &earlier) {
    const std::string now = base::utc_now();
    const auto last = parse_timestamp(earlier);
    return !last || now > earlier ? now : base::format_utc(*last + std::chrono::microseconds(1));
}

Error duplicate(const std::string &id) {
    return {ErrorKind::refused, fmt::format("the catalog already has an image {}", id)};
}

/// Runs `work`, which only reads, on one state of the database.
template<class Work>
auto look(SQLite::Database &database, const fs::path &file, Work &&work) {
    return with_database_errors(file, "read", [&] {
        const SQLite::Transaction snapshot(database);
        return work();
    });
}

/// Runs `work` in one immediate transaction with SQLite's failures made ours.
template<class Work>
void change(SQLite::Database &database, const fs::path &file, Work &&work) {
    with_database_errors(file, "write to", [&] {
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        work();
        transaction.commit();
    });
}

} // namespace

std::unique_ptr<Catalog> open_local_catalog(const std::string &name, const fs::path &directory) {
    const fs::path path = normal_path(directory);
    make_catalog_directory(path);
    return std::make_unique<LocalCatalog>(name, path);
}

std::unique_ptr<CatalogView> view_local_catalog(const std::string &name,
                                                const fs::path &directory) {
    return std::make_unique<LocalView>(name, normal_path(directory));
}

LocalView::LocalView(std::string name, const fs::path &directory)
    : name_(std::move(name)),
      file_(directory / k_database),
      store_(
          directory / k_images,
          {[this](const std::string &id) {
               if (const auto found = known_files_.find(id); found != known_files_.end())
                   return found->second;
               return look(*database_, file_, [&] { return file_stamp(*database_, id); });
           },
           [this](const std::string &id, const std::string &stamp) { known_files_[id] = stamp; }}),
      database_(view_database(file_)) {
    if (!database_)
        refuse_lost_database(store_, file_);
}

std::vector<Image> LocalView::images() const {
    if (!database_)
        return {};
    return look(*database_, file_, [&] { return load_images(*database_); });
}

std::vector<Image> LocalView::images_where(const ImageQuery &query) const {
    if (!database_)
        return {};
    return look(*database_, file_, [&] { return load_images_where(*database_, query); });
}

std::optional<Image> LocalView::find(const std::string &id) const {
    if (!database_)
        return std::nullopt;
    return look(*database_, file_, [&] { return load_image(*database_, id); });
}

Disk LocalView::disk(const Image &image) const {
    return bytes_of(image, store_);
}

Integrity LocalView::integrity(const Image &image, const IntegrityOptions &options) const {
    return store_.integrity(image, options);
}

std::vector<std::string> LocalView::loose() const {
    if (!database_)
        return {};
    return look(*database_, file_, [&] { return loose_bytes(*database_); });
}

LocalCatalog::LocalCatalog(std::string name, fs::path directory)
    : name_(std::move(name)),
      directory_(std::move(directory)),
      file_(directory_ / k_database),
      store_(directory_ / k_images,
             {[this](const std::string &id) {
                  return look(database_, file_, [&] { return file_stamp(database_, id); });
              },
              [this](const std::string &id, const std::string &stamp) {
                  change(database_, file_, [&] { note_file_stamp(database_, id, stamp); });
              }}),
      database_(open_records(store_, file_)) {
    clear_loose_bytes();
}

std::vector<Image> LocalCatalog::images() const {
    return look(database_, file_, [&] { return load_images(database_); });
}

std::vector<Image> LocalCatalog::images_where(const ImageQuery &query) const {
    return look(database_, file_, [&] { return load_images_where(database_, query); });
}

std::optional<Image> LocalCatalog::find(const std::string &id) const {
    return look(database_, file_, [&] { return load_image(database_, id); });
}

Disk LocalCatalog::disk(const Image &image) const {
    return bytes_of(image, store_);
}

Integrity LocalCatalog::integrity(const Image &image, const IntegrityOptions &options) const {
    return store_.integrity(image, options);
}

std::unique_ptr<NameLock> LocalCatalog::lock(const std::string &name, const std::string &run) {
    return std::make_unique<FileNameLock>(state_directory(), name, run);
}

std::vector<std::string> LocalCatalog::attach(const Image &record, Stage &stage, const PublishWay &,
                                              const WorkProgress &) {
    adopt(record, stage);
    return {};
}

void LocalCatalog::create(const Image &image) {
    check_record(image);
    Image record = image;
    const std::string stamp = store_.stamp(record);
    change(database_, file_, [&] {
        if (image_exists(database_, record.id))
            throw duplicate(record.id);
        record.created_at = record.updated_at = time_after(last_creation(database_, record.name));
        insert_image(database_, record);
        drop_loose_bytes(database_, record.id);
        if (!stamp.empty())
            note_file_stamp(database_, record.id, stamp);
    });
}

void LocalCatalog::apply(const ImageChange &change) {
    change_records({&change, 1});
}

void LocalCatalog::change_records(std::span<const ImageChange> changes) {
    for (const ImageChange &wanted : changes)
        check_record(wanted);
    const std::string now = base::utc_now();
    change(database_, file_, [&] {
        for (const ImageChange &wanted : changes)
            if (!wanted.empty() && !update_image(database_, wanted, now) &&
                &wanted == &changes.front())
                throw Error(ErrorKind::failed,
                            fmt::format("the catalog has no image {} any more", wanted.id),
                            "somebody removed it; look again with: retouch images");
    });
}

std::vector<LeftToDo> LocalCatalog::hand_over(const ImageChange &first,
                                              std::span<const ImageChange> aside) {
    std::vector<ImageChange> changes = {first};
    changes.insert(changes.end(), aside.begin(), aside.end());
    change_records(changes);
    return {};
}

void LocalCatalog::remove(const std::string &id) {
    change(database_, file_, [&] {
        const std::optional<Image> image = load_image(database_, id);
        if (image && image->is_protected)
            throw Error(ErrorKind::refused,
                        fmt::format("image {} ({}) is protected", id, base::escape(image->name)),
                        "protection is there to prevent this; take it off first if it must go");
        delete_image(database_, id);
        add_loose_bytes(database_, id);
    });
    remove_loose_bytes(id);
}

fs::path LocalCatalog::state_directory() const {
    fs::path directory = directory_ / k_runs;
    make_directory(directory, 0700);
    return directory;
}

void LocalCatalog::adopt(const Image &image, Stage &stage) {
    check_record(image);
    change(database_, file_, [&] {
        if (image_exists(database_, image.id))
            throw duplicate(image.id);
        add_loose_bytes(database_, image.id);
    });
    try {
        stage.publish();
        create(image);
    } catch (...) {
        // When this fails too, whoever opens the catalog next does it.
        try {
            remove_loose_bytes(image.id);
        } catch (const Error &) {
        }
        throw;
    }
}

/// What cannot be removed must not keep everybody from writing; doctor tells of it.
void LocalCatalog::clear_loose_bytes() {
    for (const std::string &id : look(database_, file_, [&] { return loose_bytes(database_); })) {
        try {
            // An id that is none can have no bytes: the row is damaged.
            if (!base::is_uuid(id) || store_.remove_abandoned_bytes(id))
                change(database_, file_, [&] { drop_loose_bytes(database_, id); });
        } catch (const Error &error) {
            if (error.kind() == ErrorKind::interrupted)
                throw;
        }
    }
}

void LocalCatalog::remove_loose_bytes(const std::string &id) {
    store_.remove(id);
    change(database_, file_, [&] { drop_loose_bytes(database_, id); });
}

} // namespace retouch::catalog
