#pragma once
// Host files: what a `from:` names on this machine, listed and digested. A link named by `from`
// itself is followed; links inside a tree stay links. Nothing but reading happens here.

#include "steps/files/file_set.hpp"
#include "steps/support/reading.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace retouch::steps {

/// How many files, links and directories one tree may hold.
inline constexpr std::size_t k_tree_limit = 10'000;

/// The entries below `path`, directories first, sorted; empty after an error at `mark`.
/// `spelled` is the path as the user wrote it.
[[nodiscard]] std::vector<FileEntry> list_host_files(const std::filesystem::path &path,
                                                     const std::string &spelled, const Mark &mark,
                                                     const Reader &reader);

/// Throws Error: stale when the file is gone or its bytes are not those of `entry` any more.
void require_unchanged(const std::filesystem::path &path, const FileEntry &entry);

} // namespace retouch::steps
