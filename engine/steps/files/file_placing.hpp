#pragma once
// Placing one entry of a FileSet in a guest, after a comparison has said that it differs.

#include "steps/files/file_comparison.hpp"

namespace retouch::steps {

/// Owner and group as this guest numbers them. Returns why that cannot be, or empty. Throws Error.
[[nodiscard]] std::string resolve_owner(const GuestView &guest, const FileSet &files,
                                        FileOwner &owner);

/// Requires: difference.any() and no obstacle. Throws Error: stale when the host file is not the
/// one that was planned.
void put(const FileSet &files, const FileEntry &entry, const FileDifference &difference,
         const FileOwner &owner, Guest &guest);

} // namespace retouch::steps
