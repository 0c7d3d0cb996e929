#pragma once
// Work tree: how far the files of a recipe reach on this host: its directory or, where that lies in
// a git work tree, the whole of it, since recipes of a team share files.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::recipe {

/// The top of the git work tree that holds `directory`, else `directory`. A tree whose .git belongs
/// neither to the caller, nor to root, nor to the owner of `directory` is none.
[[nodiscard]] std::filesystem::path host_root_of(const std::filesystem::path &directory);

/// False for a file that ends, links of the path followed, outside the work tree of the path or in
/// its .git, and has no line that begins with one of `keys`: it was not written for us, and what it
/// holds, maybe root's secrets, is not to be quoted.
[[nodiscard]] bool may_be_quoted(const std::filesystem::path &file, std::string_view text,
                                 const std::vector<std::string> &keys);

} // namespace retouch::recipe
