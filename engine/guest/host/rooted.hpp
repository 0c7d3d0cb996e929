#pragma once
// Rooted: files below a mounted root of a guest. Every path is resolved by the kernel inside that
// root, so no symbolic link in an image can reach a file of the host.

#include "base/file.hpp"
#include "retouch/guest.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::guest {

class Rooted {
  public:
    /// Takes what takes pieces of a file, calls it with each, and returns the file's size in bytes.
    using TakePiece = std::function<void(std::uint64_t offset, std::string_view bytes)>;
    using Pieces = std::function<std::uint64_t(const TakePiece &)>;

    /// `root` is where the guest's root filesystem is mounted. Throws Error.
    explicit Rooted(const std::filesystem::path &root);

    // Looking; the contracts are GuestView's.
    [[nodiscard]] std::optional<FileInfo> lstat(const std::string &path) const;
    [[nodiscard]] std::string read(const std::string &path, std::size_t max_bytes) const;
    [[nodiscard]] std::string sha256(const std::string &path) const;
    [[nodiscard]] std::string read_link(const std::string &path) const;
    [[nodiscard]] std::optional<std::string> label(const std::string &path) const;
    [[nodiscard]] std::vector<DirectoryEntry> list(const std::string &path) const;

    /// Whether GuestView::unchangeable() has it.
    [[nodiscard]] bool is_unchangeable(const std::string &path) const;

    /// The first `bytes` bytes of a regular file; nullopt when there is none. Throws Error.
    [[nodiscard]] std::optional<std::string> head(const std::string &path, std::size_t bytes) const;

    // Writing; the contracts are Guest's.
    /// `pieces` gives the file's bytes, as for_each_piece() does.
    void write(const std::string &path, const Pieces &pieces, std::uint32_t mode, std::uint32_t uid,
               std::uint32_t gid) const;
    void make_directory(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                        std::uint32_t gid) const;
    void make_link(const std::string &target, const std::string &path) const;
    void set_attributes(const std::string &path, std::uint32_t mode, std::uint32_t uid,
                        std::uint32_t gid) const;
    void remove(const std::string &path) const;

    /// The directory that holds `path`'s entry. Throws Error naming `what` was tried.
    [[nodiscard]] base::UniqueFd open_parent(const std::string &path, const char *what) const;

    /// The root, open for reading as long as this lives.
    [[nodiscard]] int fd() const { return root_.get(); }

    /// Writes everything of the root's filesystem through. Throws Error when data was lost.
    void sync() const;

  private:
    [[nodiscard]] int open_at_root(const std::string &path, int flags) const;
    [[nodiscard]] base::UniqueFd open_regular(const std::string &path) const;

    base::UniqueFd root_;
};

} // namespace retouch::guest
