#pragma once
// NewFile: a file that did not exist before and goes away again unless it is kept. It never
// replaces anything, neither when created nor when moved.

#include "base/file.hpp"
#include "base/sync_file.hpp"

#include <filesystem>
#include <optional>
#include <utility>

namespace retouch::store {

class NewFile {
  public:
    /// Creates it, open for reading and writing; `mode` is subject to the umask. Throws Error:
    /// refused when something of that name exists.
    NewFile(std::filesystem::path path, int mode);

    /// As above, and held locked (flock) while this object lives, so that others can tell a file
    /// under work from one whose maker died. On filesystems without locks it is not locked.
    [[nodiscard]] static NewFile locked(const std::filesystem::path &path, int mode);

    /// An unlocked file that was made and kept before, locked now; to be removed unless keep() is
    /// called. nullopt when there is no such regular file, or somebody holds it. Throws Error.
    [[nodiscard]] static std::optional<NewFile> resumed(const std::filesystem::path &path);

    /// Removes the file unless keep() was called.
    ~NewFile();

    NewFile(NewFile &&other) noexcept
        : path_(std::exchange(other.path_, {})),
          fd_(std::move(other.fd_)),
          write_out_(std::move(other.write_out_)) {}

    NewFile &operator=(NewFile &&) = delete;
    NewFile(const NewFile &) = delete;
    NewFile &operator=(const NewFile &) = delete;

    [[nodiscard]] int fd() const { return fd_.get(); }

    [[nodiscard]] const std::filesystem::path &path() const { return path_; }

    /// Asks the kernel to begin writing the contents out and does not wait, so that a later sync()
    /// has less to wait for. A hint only.
    void start_sync() noexcept { write_out_.emplace(fd()); }

    /// Makes the contents durable. Throws Error.
    void sync() const;

    /// Renames within one filesystem and makes the new name durable. Throws Error: refused when
    /// the name is taken.
    void move_to(const std::filesystem::path &path);

    void keep() { path_.clear(); }

  private:
    NewFile(std::filesystem::path path, base::UniqueFd fd)
        : path_(std::move(path)), fd_(std::move(fd)) {}

    std::filesystem::path path_; ///< empty: nothing to remove
    base::UniqueFd fd_;
    std::optional<base::WriteOut> write_out_;
};

/// Throws Error: refused, as NewFile does, when something of that name exists.
void refuse_taken(const std::filesystem::path &path);

/// Removes `path` unless a living NewFile::locked() holds it. False when one does.
/// Throws Error; none when it is absent.
bool remove_abandoned(const std::filesystem::path &path);

/// Removes a file; no error when it is absent. Throws Error.
void remove_file(const std::filesystem::path &path);

} // namespace retouch::store
