#pragma once
// FileSet: what one entry of `files` puts into the image, one file or a whole tree, as plain data.
// It is what a step's options hold and what previewing and executing work from. It touches no disk.

#include "retouch/guest.hpp"
#include "retouch/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace retouch::steps {

struct FileEntry {
    enum class Type { file, directory, link };

    Type type = Type::file;
    std::string path;        ///< below FileSet::to; empty for the top itself
    std::uint32_t mode = 0;  ///< of a file, and of a directory that has to be made
    std::string sha256;      ///< of a file
    std::uint64_t size = 0;  ///< of a file
    std::string link_target; ///< of a link

    bool operator==(const FileEntry &) const = default;
};

struct FileSet {
    std::string to;
    std::string from;     ///< on this host, absolute; empty when there is `content`
    bool outside = false; ///< `from` is not the recipe's own: its contents are never shown
    std::optional<std::string> content; ///< of the one file
    std::string owner = "root";
    std::string group = "root";
    std::string contents;           ///< where a bundle's files lie under their digests; else empty
    std::vector<FileEntry> entries; ///< directories before what is in them

    bool operator==(const FileSet &) const = default;

    [[nodiscard]] bool is_tree() const {
        return !entries.empty() && entries.front().type == FileEntry::Type::directory;
    }

    /// Files and links, directories not counted.
    [[nodiscard]] std::size_t file_count() const;

    [[nodiscard]] std::string path_in_guest(const FileEntry &entry) const;

    /// Where the bytes of a file come from.
    [[nodiscard]] FileSource source(const FileEntry &entry) const;
};

[[nodiscard]] Json options_of(const FileSet &files);
[[nodiscard]] FileSet file_set_from(const Json &options);

/// The part that determines contents: digests instead of bytes and host paths.
[[nodiscard]] Json identity_of(const FileSet &files);

} // namespace retouch::steps
