#pragma once
// Importing a file into whatever catalog there is.

#include "retouch/catalog.hpp"
#include "retouch/event.hpp"

#include <filesystem>

namespace retouch::apply {

/// A new image with the disk in `file`, a raw or qcow2 file, and a record of
/// catalog::imported_record(); in the end visible, in a cloud to its own project only, unless
/// `record` is hidden. A cloud gets it by an upload, as raw where its images lie in Ceph, and what
/// it then has is compared with what was sent. Throws Error; what it made is removed again, by the
/// next run when it was killed. Throws Error: temporary while another run holds the name.
[[nodiscard]] Image import_file(Catalog &catalog, const std::filesystem::path &file, Image record,
                                EventSink &events);

} // namespace retouch::apply
