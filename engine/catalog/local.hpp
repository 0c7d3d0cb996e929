#pragma once
// The local catalog: a directory with catalog.db (SQLite, WAL) and images/ID.FORMAT. The embedded
// default; records mirror Glance's. Moving files in and out is here too, because only the local
// catalog does it.

#include "retouch/catalog.hpp"
#include "store/convert.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace retouch::catalog {

/// Opens for reading and writing; creates the directory and the database when absent.
/// Safe for any number of processes at once. Throws Error, also for a read-only directory.
[[nodiscard]] std::unique_ptr<Catalog> open_local_catalog(const std::string &name,
                                                          const std::filesystem::path &directory);

/// Opens for looking only; works on a read-only directory; absent means empty. Throws Error.
[[nodiscard]] std::unique_ptr<CatalogView>
view_local_catalog(const std::string &name, const std::filesystem::path &directory);

/// Copies a raw or qcow2 file in and records it. Throws Error: invalid when it is truncated, no
/// disk image, or a qcow2 that refers to other files; nothing is left behind.
[[nodiscard]] Image import_image(Catalog &catalog, const std::filesystem::path &file,
                                 const std::string &name,
                                 const std::map<std::string, std::string> &properties);

/// The same with a record of imported_record(), hidden or not.
[[nodiscard]] Image import_image(Catalog &catalog, const std::filesystem::path &file, Image record);

/// Copies an image's disk out to a new file of `format`: its very bytes, sparse, when that is its
/// own. Never overwrites. Throws Error; an unfinished file is removed.
void export_image(const CatalogView &catalog, const Image &image, const std::filesystem::path &file,
                  const store::FileFormat &format);

} // namespace retouch::catalog
