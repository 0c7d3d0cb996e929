#pragma once
// Tree: every entry of a guest's filesystems at one moment, as plain data. Shared by the library
// and the runner in the appliance, where no library of ours is and nothing is thrown.

#include "retouch/file_info.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retouch {

struct TreeEntry {
    std::string path;   ///< absolute in the guest
    FileInfo info;      ///< size 0 but for regular files
    std::string target; ///< of a link; of anything special what it is: "block device 8:1", "fifo"
    std::string sha256; ///< empty when the bytes were never read
    std::string attributes; ///< as EntryState has them
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t modified = 0; ///< nanoseconds
    std::int64_t changed = 0;  ///< nanoseconds, of the inode
    bool secret = false;       ///< others may not read it, or not reach it

    bool operator==(const TreeEntry &) const = default;
};

struct Tree {
    std::vector<TreeEntry> entries; ///< as a walk in order of names meets them
};

/// What differs between two looks.
struct SeenChange {
    std::optional<TreeEntry> before;
    std::optional<TreeEntry> after;
    /// Both are there only when their difference may be shown; of an added file the first is empty.
    std::optional<std::string> former_text;
    std::optional<std::string> text;

    bool operator==(const SeenChange &) const = default;
};

/// What looking needs from where it runs.
struct TreeTools {
    std::function<std::string(std::string_view bytes)> digest;   ///< SHA-256, lower-case hex
    std::function<std::optional<std::string>(int fd)> digest_of; ///< of a file; nullopt: see errno
    std::function<void()> pause;                                 ///< called now and then, in loops
};

/// Why looking did not work; code 0 when it did.
struct LookFailure {
    std::string path;
    int code = 0;

    explicit operator bool() const { return code != 0; }
};

/// True when `first` comes before `second` in a Tree.
[[nodiscard]] bool in_tree_order(std::string_view first, std::string_view second);

} // namespace retouch
