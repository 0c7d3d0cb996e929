#pragma once
// Work tree: how far the files of a recipe reach on this host: its directory or, where that lies in
// a git work tree, the whole of it, since recipes of a team share files.

#include <filesystem>

namespace retouch {

/// The top of the git work tree that holds `directory`, else `directory`. A tree whose .git belongs
/// neither to the caller, nor to root, nor to the owner of `directory` is none.
[[nodiscard]] std::filesystem::path host_root_of(const std::filesystem::path &directory);

} // namespace retouch
