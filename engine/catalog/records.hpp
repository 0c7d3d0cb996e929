#pragma once
// Records: Image values to and from the rows of catalog.db. It maps and nothing else: rules are
// checked before, transactions are the caller's. Everything here throws SQLite::Exception, and
// loading Error: failed, naming the record, when what was written cannot have been like that.

#include "retouch/image.hpp"
#include "retouch/image_query.hpp"

#include <SQLiteCpp/Database.h>

#include <optional>
#include <string>
#include <vector>

namespace retouch::catalog {

/// All records, oldest first. Requires: inside a transaction, or the rows may not belong together.
[[nodiscard]] std::vector<Image> load_images(SQLite::Database &database);

/// Those that match, oldest first; those that bear a name or a property are found without reading
/// the others. Requires: the same.
[[nodiscard]] std::vector<Image> load_images_where(SQLite::Database &database,
                                                   const ImageQuery &query);

/// Requires: the same.
[[nodiscard]] std::optional<Image> load_image(SQLite::Database &database, const std::string &id);

/// Requires: no record of that id.
void insert_image(SQLite::Database &database, const Image &image);

/// False when there is no such record.
[[nodiscard]] bool update_image(SQLite::Database &database, const ImageChange &change,
                                const std::string &updated_at);

void delete_image(SQLite::Database &database, const std::string &id);

[[nodiscard]] bool image_exists(SQLite::Database &database, const std::string &id);

/// When the record of that name was created that was created last; empty when there is none.
[[nodiscard]] std::string last_creation(SQLite::Database &database, const std::string &name);

/// What was noted of an image's file; empty when nothing was.
[[nodiscard]] std::string file_stamp(SQLite::Database &database, const std::string &id);

/// No record, no note.
void note_file_stamp(SQLite::Database &database, const std::string &id, const std::string &stamp);

/// Ids whose bytes may be in the store without a record.
[[nodiscard]] std::vector<std::string> loose_bytes(SQLite::Database &database);
void add_loose_bytes(SQLite::Database &database, const std::string &id);
void drop_loose_bytes(SQLite::Database &database, const std::string &id);

} // namespace retouch::catalog
