// Database: connections to catalog.db and the wording of their failures.
// Opening for writing is serialised by a lock on the directory, because switching a database to WAL
// and migrating it are the two things SQLite's own waiting does not cover.

#include "catalog/database.hpp"

#include "base/file.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "base/waiting.hpp"
#include "catalog/migrations.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace retouch::catalog {

namespace {

/// SQLite's documented primary result codes that mean something to a user.
enum ResultCode {
    k_busy = 5,
    k_locked = 6,
    k_read_only = 8,
    k_io_error = 10,
    k_corrupt = 11,
    k_full = 13,
    k_cannot_open = 14,
    k_not_a_database = 26,
};

/// I/O errors carry no errno; on a full disk SQLite reports some writes as such.
bool is_full(const std::filesystem::path &directory) {
    constexpr std::uint64_t k_next_to_nothing = std::uint64_t{256} * 1024;

    struct statvfs info {};

    return statvfs(directory.c_str(), &info) == 0 &&
           std::uint64_t{info.f_bavail} * info.f_frsize < k_next_to_nothing;
}

base::UniqueFd lock_directory(const std::filesystem::path &directory) {
    base::UniqueFd fd = base::open_file(directory, O_RDONLY | O_DIRECTORY);
    const std::string shown = base::escape(directory.string());
    if (!base::lock_within(fd.get(), LOCK_EX, directory))
        throw Error(ErrorKind::temporary,
                    fmt::format("the catalog {} is locked by another process", shown),
                    fmt::format("try again in a moment; if it stays so, look for a process that "
                                "holds it, stopped perhaps: fuser -v {}",
                                shown));
    return fd;
}

/// SQLite's own waiting does not hear of signals.
int wait_when_busy(void * /*none*/, int times) {
    constexpr std::chrono::milliseconds k_pause{10};
    if (times * k_pause >= base::k_lock_patience)
        return 0;
    // What clears up after an interruption may wait a little, too.
    constexpr int k_patience_in_clearing = 30;
    if (!base::interrupt_due())
        return base::time_passes(k_pause) ? 1 : 0;
    base::pause_regardless(k_pause);
    return times < k_patience_in_clearing ? 1 : 0;
}

SQLite::Database patient(SQLite::Database database) {
    sqlite3_busy_handler(database.getHandle(), &wait_when_busy, nullptr);
    return database;
}

/// SQLite opens them without asking what they are, and waits for a FIFO's other end whatever
/// signals come.
void require_regular_files(const std::filesystem::path &file) {
    for (const char *ending : {"", "-journal", "-wal", "-shm"}) {
        const std::filesystem::path path = file.string() + ending;

        struct stat info {};

        if (stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode))
            throw Error(ErrorKind::failed,
                        fmt::format("{} is not a regular file", base::escape(path.string())),
                        "it is none of the catalog's: find out who put it there, and remove it");
    }
}

/// The files are made by SQLite with the modes of the database.
void make_private(const std::filesystem::path &file) {
    constexpr int k_private = 0600;
    const base::UniqueFd made(base::open_file(file, O_RDWR | O_CREAT | O_NOFOLLOW, k_private));
}

/// SQLite silently opens a write-protected file for reading; this program says so instead.
void require_writable(const std::filesystem::path &path) {
    if (access(path.c_str(), W_OK) != 0 && errno != ENOENT)
        throw base::system_error("write to the catalog", path, errno);
}

bool is_writable(const std::filesystem::path &file) {
    return access(file.c_str(), W_OK) == 0 && access(file.parent_path().c_str(), W_OK) == 0;
}

/// "file:PATH?immutable=1", escaped as SQLite's URIs want it.
std::string immutable_uri(const std::filesystem::path &file) {
    std::string uri = "file:";
    for (const char byte : file.string()) {
        if (byte == '%' || byte == '?' || byte == '#')
            uri += fmt::format("%{:02x}", static_cast<unsigned char>(byte));
        else
            uri += byte;
    }
    return uri + "?immutable=1";
}

/// Reads something, because SQLite opens lazily.
SQLite::Database readable(SQLite::Database database) {
    database.execAndGet("PRAGMA schema_version").getInt();
    return database;
}

/// Looking at a WAL database needs its -shm file, which a connection that may write makes and takes
/// away again. Where it cannot, either a writer's are there, or nothing is left to read but the
/// database itself, which then cannot change either.
SQLite::Database open_for_looking(const std::filesystem::path &file) {
    if (is_writable(file)) {
        SQLite::Database database = patient({file, SQLite::OPEN_READWRITE});
        database.exec("PRAGMA query_only = ON");
        return readable(std::move(database));
    }
    try {
        return readable(patient({file, SQLite::OPEN_READONLY}));
    } catch (const SQLite::Exception &) {
        return readable({immutable_uri(file), SQLite::OPEN_READONLY | SQLite::OPEN_URI});
    }
}

} // namespace

SQLite::Database open_database(const std::filesystem::path &file) {
    const std::filesystem::path directory = file.parent_path();
    require_writable(directory);
    require_writable(file);
    require_regular_files(file);
    return with_database_errors(file, "open", [&] {
        const base::UniqueFd lock = lock_directory(directory);
        make_private(file);
        SQLite::Database database = patient({file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE});
        static_cast<void>(schema_version(database, catalog_migrations()));
        database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                      "PRAGMA foreign_keys = ON");
        migrate(database, catalog_migrations());
        return database;
    });
}

std::optional<SQLite::Database> view_database(const std::filesystem::path &file) {
    if (access(file.c_str(), R_OK) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return std::nullopt;
        throw base::system_error("read the catalog", file, errno);
    }
    require_regular_files(file);
    return with_database_errors(file, "read", [&]() -> std::optional<SQLite::Database> {
        SQLite::Database database = open_for_looking(file);
        if (schema_version(database, catalog_migrations()) == 0)
            return std::nullopt;
        return database;
    });
}

Error database_error(const SQLite::Exception &cause, const std::filesystem::path &file,
                     std::string_view what) {
    const std::string shown = base::escape(file.string());
    const std::string message =
        fmt::format("cannot {} the catalog {}: {}", what, shown, base::escape(cause.what()));
    constexpr int k_primary = 0xff;
    int code = cause.getErrorCode() & k_primary;
    if (code == k_io_error && is_full(file.parent_path()))
        code = k_full;
    switch (code) {
    case k_busy:
    case k_locked:
        if (base::interrupt_due())
            return base::interrupt_error();
        return {ErrorKind::temporary, message,
                "another process is writing to it; try again in a moment"};
    case k_read_only:
    case k_cannot_open:
        return {ErrorKind::failed, message,
                fmt::format("the catalog's directory {} and the files in it must be writable",
                            base::escape(file.parent_path().string()))};
    case k_full:
        return {ErrorKind::failed, message,
                fmt::format("free some space on the filesystem of {} and run again", shown)};
    case k_corrupt:
    case k_not_a_database:
        return {ErrorKind::failed, message,
                "restore catalog.db from a backup; or move it and the directory images away and "
                "import the image files again, which are whole"};
    default:
        return {ErrorKind::failed, message};
    }
}

} // namespace retouch::catalog
