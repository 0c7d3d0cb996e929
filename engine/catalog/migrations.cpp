// Migrations: the schema of catalog.db as constant SQL.
// Each step ends by setting user_version inside its transaction, so it happens wholly or not.
// Rules for values live in record_rules.cpp; the checks here are the second line.

#include "catalog/migrations.hpp"

#include "base/text.hpp"
#include "retouch/error.hpp"

#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include <array>

namespace retouch::catalog {

namespace {

constexpr const char *k_first = R"sql(
PRAGMA application_id = 0x72746368;
CREATE TABLE images (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('queued', 'active', 'deactivated')),
    visibility TEXT NOT NULL CHECK (visibility IN ('public', 'private', 'shared', 'community')),
    disk_format TEXT NOT NULL CHECK (disk_format IN ('raw', 'qcow2')),
    size INTEGER NOT NULL CHECK (size >= 0),
    virtual_size INTEGER NOT NULL CHECK (virtual_size >= 0),
    min_disk INTEGER NOT NULL CHECK (min_disk >= 0),
    min_ram INTEGER NOT NULL CHECK (min_ram >= 0),
    protected INTEGER NOT NULL CHECK (protected IN (0, 1)),
    hidden INTEGER NOT NULL CHECK (hidden IN (0, 1)),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX images_by_age ON images (created_at, id);
CREATE TABLE image_properties (
    image_id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (image_id, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE image_tags (
    image_id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (image_id, tag)
) STRICT, WITHOUT ROWID;
CREATE TABLE image_checksums (
    image_id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    algorithm TEXT NOT NULL,
    hex TEXT NOT NULL,
    PRIMARY KEY (image_id, algorithm)
) STRICT, WITHOUT ROWID;
-- Ids whose bytes may be in the store without a record: an import on its way in, or a removal on
-- its way out. What a dead process left here is finished by the next one.
CREATE TABLE loose_bytes (
    id TEXT PRIMARY KEY NOT NULL
) STRICT, WITHOUT ROWID;
PRAGMA user_version = 1;
)sql";

/// What the file of an image looked like when its bytes were last known to be the record's.
constexpr const char *k_second = R"sql(
CREATE TABLE known_files (
    image_id TEXT PRIMARY KEY NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    stamp TEXT NOT NULL
) STRICT, WITHOUT ROWID;
PRAGMA user_version = 2;
)sql";

/// What records are asked for by, beside their ids.
constexpr const char *k_third = R"sql(
CREATE INDEX images_by_name ON images (name, created_at);
CREATE INDEX image_properties_by_value ON image_properties (name, value);
PRAGMA user_version = 3;
)sql";

constexpr std::array<const char *, 3> k_migrations = {k_first, k_second, k_third};

std::string shown(const SQLite::Database &database) {
    return base::escape(database.getFilename());
}

} // namespace

std::span<const char *const> catalog_migrations() {
    return k_migrations;
}

int schema_version(SQLite::Database &database, std::span<const char *const> migrations) {
    const int version = database.execAndGet("PRAGMA user_version").getInt();
    const int owner = database.execAndGet("PRAGMA application_id").getInt();
    const bool empty = database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
    if (owner != k_application_id && !(empty && owner == 0 && version == 0))
        throw Error(
            ErrorKind::refused,
            fmt::format("{} is not a retouch catalog but another SQLite database", shown(database)),
            "use another directory for the catalog");
    const int known = static_cast<int>(migrations.size());
    if (version < 0)
        throw Error(
            ErrorKind::failed,
            fmt::format("{} is damaged: the number of its schema is {}", shown(database), version),
            "restore catalog.db from a backup");
    if (version > known)
        throw Error(ErrorKind::refused,
                    fmt::format("{} was written by a newer retouch: its schema is {}, this one "
                                "knows up to {}",
                                shown(database), version, known),
                    "use that version of retouch, or a newer one");
    return version;
}

void migrate(SQLite::Database &database, std::span<const char *const> migrations) {
    const int version = schema_version(database, migrations);
    for (const char *step : migrations.subspan(static_cast<std::size_t>(version))) {
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        database.exec(step);
        transaction.commit();
    }
}

} // namespace retouch::catalog
