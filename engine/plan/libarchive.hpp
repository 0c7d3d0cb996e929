#pragma once
// libarchive: archives, and compressed files. Loaded with the first of these calls, see
// base/late_library.hpp; sources include this and not its header.

#include "base/late_library.hpp"

#include <archive.h>
#include <archive_entry.h>

namespace retouch::plan {

inline constinit const base::LateLibrary libarchive("libarchive.so.13", "libarchive13");

RETOUCH_LATE_FUNCTION(libarchive, archive_entry_filetype);
RETOUCH_LATE_FUNCTION(libarchive, archive_entry_free);
RETOUCH_LATE_FUNCTION(libarchive, archive_entry_hardlink);
RETOUCH_LATE_FUNCTION(libarchive, archive_entry_new);
RETOUCH_LATE_FUNCTION(libarchive, archive_entry_pathname);
RETOUCH_LATE_FUNCTION(libarchive, archive_entry_set_filetype);
RETOUCH_LATE_FUNCTION(libarchive, archive_entry_set_mtime);
RETOUCH_LATE_FUNCTION(libarchive, archive_entry_set_pathname);
RETOUCH_LATE_FUNCTION(libarchive, archive_entry_set_perm);
RETOUCH_LATE_FUNCTION(libarchive, archive_entry_set_size);
RETOUCH_LATE_FUNCTION(libarchive, archive_entry_size);
RETOUCH_LATE_FUNCTION(libarchive, archive_entry_sparse_count);
RETOUCH_LATE_FUNCTION(libarchive, archive_errno);
RETOUCH_LATE_FUNCTION(libarchive, archive_error_string);
RETOUCH_LATE_FUNCTION(libarchive, archive_filter_bytes);
RETOUCH_LATE_FUNCTION(libarchive, archive_free);
RETOUCH_LATE_FUNCTION(libarchive, archive_read_data_block);
RETOUCH_LATE_FUNCTION(libarchive, archive_read_header_position);
RETOUCH_LATE_FUNCTION(libarchive, archive_read_new);
RETOUCH_LATE_FUNCTION(libarchive, archive_read_next_header);
RETOUCH_LATE_FUNCTION(libarchive, archive_read_open_fd);
RETOUCH_LATE_FUNCTION(libarchive, archive_read_support_filter_bzip2);
RETOUCH_LATE_FUNCTION(libarchive, archive_read_support_filter_gzip);
RETOUCH_LATE_FUNCTION(libarchive, archive_read_support_filter_xz);
RETOUCH_LATE_FUNCTION(libarchive, archive_read_support_filter_zstd);
RETOUCH_LATE_FUNCTION(libarchive, archive_read_support_format_raw);
RETOUCH_LATE_FUNCTION(libarchive, archive_read_support_format_tar);
RETOUCH_LATE_FUNCTION(libarchive, archive_read_support_format_zip);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wignored-attributes" // of printf's format, which is not checked
RETOUCH_LATE_FUNCTION(libarchive, archive_set_error);
#pragma GCC diagnostic pop
RETOUCH_LATE_FUNCTION(libarchive, archive_write_close);
RETOUCH_LATE_FUNCTION(libarchive, archive_write_data);
RETOUCH_LATE_FUNCTION(libarchive, archive_write_header);
RETOUCH_LATE_FUNCTION(libarchive, archive_write_new);
RETOUCH_LATE_FUNCTION(libarchive, archive_write_open);
RETOUCH_LATE_FUNCTION(libarchive, archive_write_set_bytes_in_last_block);
RETOUCH_LATE_FUNCTION(libarchive, archive_write_set_format_pax_restricted);

} // namespace retouch::plan
