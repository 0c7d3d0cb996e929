#pragma once
// Database: opening catalog.db for writing or for looking, and what SQLite's failures mean to a
// user. It knows nothing of images.

#include "retouch/error.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include <filesystem>
#include <optional>
#include <string_view>

namespace retouch::catalog {

/// Opens for reading and writing, with WAL, foreign keys and a patient busy timeout; creates it
/// when absent and migrates it. Any number of processes may do so at once. Throws Error.
[[nodiscard]] SQLite::Database open_database(const std::filesystem::path &file);

/// Opens for looking only and creates nothing; nullopt when there is no database or an empty one.
/// Works on a read-only directory. Throws Error.
[[nodiscard]] std::optional<SQLite::Database> view_database(const std::filesystem::path &file);

/// "cannot WHAT the catalog FILE: REASON", with what to do about it.
[[nodiscard]] Error database_error(const SQLite::Exception &cause,
                                   const std::filesystem::path &file, std::string_view what);

/// Runs `work` and turns SQLite's exceptions into Error.
template<class Work>
auto with_database_errors(const std::filesystem::path &file, std::string_view what, Work &&work) {
    try {
        return work();
    } catch (const SQLite::Exception &cause) {
        throw database_error(cause, file, what);
    }
}

} // namespace retouch::catalog
