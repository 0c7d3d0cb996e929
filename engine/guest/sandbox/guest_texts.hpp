#pragma once
// Guest texts: reading configuration in directories that override each other, in this process's
// root. Every size is bounded. It understands nothing of what it reads.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::guest {

[[nodiscard]] std::string path_in(const std::string &directory, std::string_view name);

/// How much more may be read, over many files.
struct TextBudget {
    std::size_t bytes = std::size_t{2} << 20;
};

/// The first 256 KiB of a regular file, links followed; empty when there is none, or when it does
/// not fit into the budget, which is used up then.
[[nodiscard]] std::string read_guest_text(const std::string &path, TextBudget &budget);

/// Names in a directory that end so, sorted; at most 4,096.
[[nodiscard]] std::vector<std::string> names_in(const std::string &directory,
                                                std::string_view ending);

/// Paths of the files with that ending, by their names: of one name the first directory's counts.
[[nodiscard]] std::vector<std::string> overriding_files(const std::vector<std::string> &directories,
                                                        std::string_view ending);

/// Without white space at both ends.
[[nodiscard]] std::string_view stripped(std::string_view text);

/// Without the end of the line; lines that end in a backslash go on in the next one. Empty lines
/// and comments (# and ;) are left out.
[[nodiscard]] std::vector<std::string> setting_lines(std::string_view text);

/// Split at white space; quotes hold words together.
[[nodiscard]] std::vector<std::string> quoted_words(std::string_view text, std::size_t most);

} // namespace retouch::guest
