#pragma once
// Host tree: does a path of this host end in a directory, all links followed? What may be read
// there, and what for, is not decided here.

#include <filesystem>

namespace retouch::base {

/// Links are followed as far as there is something; the rest counts as it is spelled.
[[nodiscard]] bool lies_in(const std::filesystem::path &directory,
                           const std::filesystem::path &path);

/// The same, but for what lies in a .git: git keeps secrets there, such as the tokens of CI jobs.
[[nodiscard]] bool lies_in_work_tree(const std::filesystem::path &top,
                                     const std::filesystem::path &path);

/// True for a path one of whose names is git's own.
[[nodiscard]] bool is_of_git(const std::filesystem::path &path);

} // namespace retouch::base
