#pragma once
// Comparing what a FileSet wants with what a guest has, one entry at a time. It only looks, so the
// preview and the execution of a step judge by the same words.

#include "steps/files/file_set.hpp"

#include <string>
#include <vector>

namespace retouch::steps {

/// Owner and group as numbers.
struct FileOwner {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
};

/// Owner and group as this guest numbers them. Returns why that cannot be, or empty. Throws Error.
[[nodiscard]] std::string resolve_owner(const GuestView &guest, const std::string &owner,
                                        const std::string &group, FileOwner &numbers);

struct FileDifference {
    std::string obstacle;             ///< why it cannot be put there; empty when it can
    bool is_new = false;              ///< nothing is there yet
    bool contents = false;            ///< it has to be written, made or linked
    std::vector<std::string> reasons; ///< for people; empty when all is as wanted

    [[nodiscard]] bool any() const { return !reasons.empty(); }
};

/// Requires: `owner` are the numbers of files.owner and files.group. Throws Error.
[[nodiscard]] FileDifference compare(const GuestView &guest, const FileSet &files,
                                     const FileEntry &entry, const FileOwner &owner);

/// True when everybody on this host may read what is copied into the image, as far as the file's
/// own mode says; also for a text of the recipe, and for a file of a bundle, which nobody is shown.
[[nodiscard]] bool everybody_reads_source(const FileSet &files, const FileEntry &entry);

/// A unified diff from the guest's file to the wanted one, escaped for printing; for large or
/// binary files a line about sizes and digests, for those that not everybody may read or reach, now
/// or then, or may read on this host, one about sizes. Empty unless `difference` is one of a file's
/// contents.
[[nodiscard]] std::string contents_diff(const GuestView &guest, const FileSet &files,
                                        const FileEntry &entry, const FileDifference &difference);

} // namespace retouch::steps
