#pragma once
// ArchiveHandle: a libarchive reader or writer, or an entry of one, that frees itself. Which
// formats are on is its user's choice.

#include "base/text.hpp"
#include "plan/libarchive.hpp"

#include <memory>
#include <string>

namespace retouch::plan {

struct ArchiveFree {
    void operator()(archive *handle) const { archive_free(handle); }

    void operator()(archive_entry *entry) const { archive_entry_free(entry); }
};

using ArchiveHandle = std::unique_ptr<archive, ArchiveFree>;
using ArchiveEntry = std::unique_ptr<archive_entry, ArchiveFree>;

/// Why the last call failed, in libarchive's words; escaped.
[[nodiscard]] inline std::string reason_of(const ArchiveHandle &handle) {
    const char *reason = archive_error_string(handle.get());
    return reason != nullptr ? base::escape(reason) : "no reason is known";
}

} // namespace retouch::plan
