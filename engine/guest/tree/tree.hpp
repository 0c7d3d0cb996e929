#pragma once
// Tree: every entry of a guest's filesystems at one moment, as plain data. Shared by the library
// and the runner in the appliance, where no library of ours is and nothing is thrown.

#include "retouch/file_info.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::guest {

struct TreeEntry {
    std::string path;   ///< absolute in the guest
    FileInfo info;      ///< size 0 but for regular files
    std::string target; ///< of a link; of anything special what it is: "block device 8:1", "fifo"
    std::string sha256; ///< as file_digest.hpp has it; empty when the bytes were never read
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

/// A SHA-256 in pieces.
class RunningDigest {
  public:
    RunningDigest() = default;
    virtual ~RunningDigest() = default;
    RunningDigest(const RunningDigest &) = delete;
    RunningDigest &operator=(const RunningDigest &) = delete;

    virtual void update(std::string_view bytes) = 0;
    /// Lower-case hex. Ends this digest.
    [[nodiscard]] virtual std::string finish() = 0;
};

/// What looking needs from where it runs.
struct TreeTools {
    std::function<std::string(std::string_view bytes)> digest; ///< SHA-256, lower-case hex
    std::function<std::unique_ptr<RunningDigest>()> begin_digest;
    std::function<void()> pause;                    ///< called now and then, in loops
    std::size_t most_memory = std::size_t{1} << 30; ///< for one tree; more is k_too_large
};

/// A LookFailure's code: there is more in the tree than can be remembered.
constexpr int k_too_large = EOVERFLOW;

/// Some 800 directories with the longest of names.
constexpr std::size_t k_longest_tree_path = std::size_t{256} * 1024;

/// Why looking did not work; code 0 when it did.
struct LookFailure {
    std::string path;
    int code = 0;

    explicit operator bool() const { return code != 0; }
};

/// True when `first` comes before `second` in a Tree.
[[nodiscard]] bool in_tree_order(std::string_view first, std::string_view second);

} // namespace retouch::guest
