#pragma once
// Migrations: the numbered steps that make catalog.db what this program expects. The number of the
// last one applied is the database's user_version. A step, once released, never changes.

#include <SQLiteCpp/Database.h>

#include <span>

namespace retouch::catalog {

/// Step N-1 takes a database from user_version N-1 to N and sets it.
[[nodiscard]] std::span<const char *const> catalog_migrations();

/// Marks a database as ours (PRAGMA application_id): "rtch".
inline constexpr int k_application_id = 0x72746368;

/// How far a database has come; 0 for an empty one. Throws Error: refused when it is not ours or
/// newer than `migrations`, failed when the number cannot be; SQLite::Exception.
[[nodiscard]] int schema_version(SQLite::Database &database,
                                 std::span<const char *const> migrations);

/// Applies the missing steps, each in a transaction of its own. Throws as schema_version().
/// Requires: no other process migrates it meanwhile.
void migrate(SQLite::Database &database, std::span<const char *const> migrations);

} // namespace retouch::catalog
